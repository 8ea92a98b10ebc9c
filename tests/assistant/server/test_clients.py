"""The clients people really use: OpenAI's, MCP's and Gradio's own, each through a conversation with a calculation."""

import gc
import sys
import warnings
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import openai
import pytest
from mcp import Client, StdioServerParameters

from assistant.settings import Settings

QUESTION = "200个车位按深圳20%的比例要配几个充电桩？"
FOLLOWING = "如果是300个车位呢？"
KNOWLEDGE = "公共建筑夏季空调温度不得低于多少度？"
PASSWORD = "correct horse"


def chat(address: str, key: str = "none") -> openai.OpenAI:
    http = openai.DefaultHttpxClient(trust_env=False)
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, http_client=http)


def test_openai_client_goes_on_with_a_calculation(opened: Any) -> None:
    with chat(opened.address) as client:
        assert [m.id for m in client.models.list()] == ["nearzero"]
        said: list[Any] = [{"role": "system", "content": "你是助手。"}, {"role": "user", "content": QUESTION}]
        first = client.chat.completions.create(model="nearzero", messages=said)
        text = first.choices[0].message.content
        assert text is not None
        assert "40" in text
        said += [{"role": "assistant", "content": text}, {"role": "user", "content": FOLLOWING}]
        for _ in range(2):  # the second time the turns before are asked again, and come to the same
            second: Any = client.chat.completions.create(model="nearzero", messages=said)
            assert second.nearzero["calculations"][0]["total"]["value"] == 60
        # Another person's conversation of the same beginning stands apart, and a client may rewrite what was said.
        said[1] = {"role": "user", "content": [{"type": "text", "text": "100个车位按深圳20%的比例要配几个充电桩？"}]}
        said[3] = {"role": "user", "content": "那办法是哪一年的？"}
        third: Any = client.chat.completions.create(model="nearzero", messages=said)
        assert third.nearzero["kind"] in {"answer", "refusal"}


def test_openai_client_reads_sources_in_a_stream(opened: Any) -> None:
    with chat(opened.address) as client:
        pieces, whole = [], None
        for chunk in client.chat.completions.create(
            model="nearzero", messages=[{"role": "user", "content": KNOWLEDGE}], stream=True
        ):
            pieces.append(chunk.choices[0].delta.content or "")
            whole = getattr(chunk, "nearzero", None) or whole
        text = "".join(pieces)
        assert "26" in text
        assert whole is not None
        for cited in whole["citations"]:
            assert f"[{cited['n']}] 《{cited['title'].strip('《》')}"[:12] in text
        assert "**依据**" in text


def test_openai_client_reads_errors(opened: Any) -> None:
    with chat(opened.address) as client:
        with pytest.raises(openai.NotFoundError) as unknown:
            client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": KNOWLEDGE}])
        assert unknown.value.code == "model_not_found"
        with pytest.raises(openai.BadRequestError, match="没有读到问题"):
            client.chat.completions.create(model="nearzero", messages=[{"role": "user", "content": " "}])
        with pytest.raises(openai.BadRequestError, match="最后一条"):
            client.chat.completions.create(model="nearzero", messages=[{"role": "assistant", "content": "好"}])


def test_openai_client_signs_in_with_a_token(closed: Any, tokens: dict[str, str]) -> None:
    with chat(closed.address, tokens["li"]) as client:
        assert client.models.retrieve("nearzero").id == "nearzero"
    with chat(closed.address, "wrong") as client, pytest.raises(openai.AuthenticationError):
        client.models.list()


async def _converse(client: Client) -> None:
    listed = {tool.name for tool in (await client.list_tools()).tools}
    assert {"ask", "search_clauses", "get_clause", "lookup_indicator", "check_reference"} <= listed
    from tools.calculator import calculators

    assert {f"calculate_{name}" for name in calculators()} <= listed

    async def call(name: str, **given: Any) -> Any:
        made = await client.call_tool(name, given)
        assert not made.is_error, made.content
        return made.structured_content

    hits = (await call("search_clauses", query="停车场 充电桩 比例", k=3))["hits"]
    assert len(hits) == 3
    assert (await call("get_clause", key=hits[0]["key"]))["clauses"][0]["text"] == hits[0]["text"]
    assert (await call("lookup_indicator", topic="空调温度"))["indicators"]
    checked = await call("check_reference", text="《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。")
    assert checked["items"][0]["verdict"] == "altered"
    assert (await call("calculate_charging", spaces="200个车位", ratio="sz20"))["total"]["value"] == 40
    name = f"工具-{uuid4()}"  # conversations outlive a run of the tests
    assert (await call("ask", question=QUESTION, session=name))["calculations"][0]["total"]["value"] == 40
    assert (await call("ask", question=FOLLOWING, session=name))["calculations"][0]["total"]["value"] == 60
    for name, given, said in (
        ("calculate_charging", {"spaces": "200千瓦", "ratio": "sz20"}, "停车位"),
        ("calculate_charging", {"nothing": "1"}, "nothing"),
        ("get_clause", {"key": "none"}, "没有这一条"),
        ("search_clauses", {"query": "空调", "k": 1000}, "k"),
        ("nothing", {}, "没有工具"),
    ):
        wrong = await client.call_tool(name, given)
        assert wrong.is_error
        assert said in wrong.content[0].text


def test_mcp_client_over_http(opened: Any) -> None:
    async def run() -> None:
        async with Client(f"{opened.address}/mcp") as client:
            await _converse(client)

    anyio.run(run)


def test_mcp_client_signs_in_with_a_token(closed: Any, tokens: dict[str, str]) -> None:
    from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

    async def run() -> None:
        name = f"王的-{uuid4()}"
        headers = {"Authorization": f"Bearer {tokens['wang']}"}
        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(f"{closed.address}/mcp", http_client=http)) as client,
        ):
            made = await client.call_tool("ask", {"question": QUESTION, "session": name})
            assert not made.is_error
        listed = closed.client.get("/api/v1/sessions", headers=headers).json()["sessions"]
        assert name in [s["name"] for s in listed]

    anyio.run(run)


@pytest.mark.slow
def test_mcp_client_over_stdio(environment: dict[str, str]) -> None:
    async def run() -> None:
        start = "from assistant.cli import entry; entry()"
        server = StdioServerParameters(command=sys.executable, args=["-c", start, "mcp"], env=environment)
        async with Client(server) as client:
            await _converse(client)

    anyio.run(run)


def gradio(address: str, **more: Any) -> Any:
    from gradio_client import Client as GradioClient

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GradioClient(address, verbose=False, analytics_enabled=False, **more)


@pytest.mark.slow
def test_gradio_client_converses_and_signs_in(
    assistant: Any, serve: Any, tokens: dict[str, str], tmp_path: Path
) -> None:
    name = f"页面-{uuid4()}"
    with serve(assistant, Settings(home=tmp_path), pages=True) as served:
        client = gradio(served.address)
        first = client.predict(QUESTION, name, api_name="/ask")
        assert first["calculations"][0]["total"]["value"] == 40
        second = client.predict(FOLLOWING, name, api_name="/ask")
        assert second["calculations"][0]["total"]["value"] == 60
        client.close()
    with serve(assistant, Settings(home=Path(tokens["home"])), pages=True) as served:
        assert served.client.get("/gradio_api/info").status_code == 401
        with pytest.raises(Exception, match=r"(?i)auth|credential|login"):
            gradio(served.address, auth=("li", "wrong horse"))
        client = gradio(served.address, auth=("li", PASSWORD))
        assert client.predict(QUESTION, name, api_name="/ask")["calculations"][0]["total"]["value"] == 40
        client.close()
        mine = {"Authorization": f"Bearer {tokens['li']}"}
        listed = served.client.get("/api/v1/sessions", headers=mine).json()["sessions"]
        assert name in [s["name"] for s in listed]
    gc.collect()
