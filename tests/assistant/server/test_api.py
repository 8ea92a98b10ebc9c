"""The HTTP API as a client sees it: answers with citations, one shape of error, bounds on what comes in."""

import json
from typing import Any
from uuid import uuid4

import pytest

CALCULATION = "200个车位按深圳20%的比例要配几个充电桩？"


def test_an_answer_carries_its_citations(opened: Any) -> None:
    response = opened.ask("公共建筑夏季空调温度不得低于多少度？")
    assert response.status_code == 200
    answer = response.json()
    assert answer["schema"] == "nearzero.answer/1"
    assert "26" in answer["answer"]
    assert answer["citations"]
    assert all(f"[{c['n']}]" in answer["answer"] for c in answer["citations"][:1])


def test_a_conversation_goes_on_and_can_be_deleted(opened: Any) -> None:
    name = f"充电-{uuid4()}"  # conversations outlive a run of the tests
    first = opened.ask(CALCULATION, name).json()
    assert first["kind"] == "calculation"
    assert first["calculations"][0]["total"]["value"] == 40
    second = opened.ask("如果是300个车位呢？", name).json()
    assert second["calculations"][0]["total"]["value"] == 60
    assert [s["turns"] for s in opened.client.get("/api/v1/sessions").json()["sessions"] if s["name"] == name] == [2]
    assert len(opened.client.get(f"/api/v1/sessions/{name}").json()["turns"]) == 2
    assert opened.client.delete(f"/api/v1/sessions/{name}").status_code == 204
    again = opened.client.delete(f"/api/v1/sessions/{name}")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "unknown_session")


def test_a_streamed_answer_ends_with_the_whole(opened: Any) -> None:
    events: list[tuple[str, dict[str, Any]]] = []
    with opened.client.stream("POST", "/api/v1/ask/stream", json={"question": CALCULATION}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    assert [events[0][0], events[-1][0]] == ["accepted", "done"]
    said = "".join(body["text"] for name, body in events if name == "delta")
    whole = events[-1][1]
    assert "".join(said.split()) == "".join(whole["answer"].split())
    assert whole["calculations"][0]["total"]["value"] == 40


def test_clauses_are_found_and_fetched(opened: Any) -> None:
    hits = opened.client.get("/api/v1/search", params={"q": "空调温度", "k": 3}).json()["hits"]
    assert [h["rank"] for h in hits] == [1, 2, 3]
    fetched = opened.client.get("/api/v1/clauses", params={"key": hits[0]["key"]}).json()["clauses"]
    assert fetched[0]["text"] == hits[0]["text"]
    placed = opened.client.get(
        "/api/v1/clauses", params={"document_id": "guideline-interpretation", "locator": "三、第6部分"}
    ).json()["clauses"]
    assert placed[0]["heading"] == "近零碳停车场"


def test_documents_and_indicators(opened: Any) -> None:
    documents = opened.client.get("/api/v1/documents", params={"region": "深圳"}).json()["documents"]
    assert documents
    assert {d["region"] for d in documents} == {"深圳"}
    one = opened.client.get(f"/api/v1/documents/{documents[0]['id']}").json()
    assert len(one["clauses"]) == documents[0]["clauses"]
    found = opened.client.get("/api/v1/indicators", params={"topic": "空调温度"}).json()
    assert "≥26 ℃" in [i["written"] for i in found["indicators"]]
    assert all(len(group) > 1 for group in found["conflicts"])


def test_a_filing_is_checked(opened: Any) -> None:
    text = "《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。"
    checked = opened.client.post("/api/v1/check", json={"text": text}).json()
    assert checked["schema"] == "nearzero.check/1"
    assert [i["verdict"] for i in checked["items"]] == ["altered"]


def test_every_calculator_is_listed_and_runs(opened: Any) -> None:
    from tools.calculator import calculators

    listed = opened.client.get("/api/v1/calculators").json()["calculators"]
    assert [c["name"] for c in listed] == list(calculators())
    inputs = {"spaces": "200个车位", "ratio": "sz20"}
    made = opened.client.post("/api/v1/calculators/charging", json={"inputs": inputs}).json()
    assert made["total"]["value"] == 40
    assert made["steps"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/ask", {"question": "  "}, 400, "bad_input"),
        ("POST", "/ask", {"question": "长" * 2001}, 400, "bad_input"),
        ("POST", "/ask", {}, 422, "invalid_request"),
        ("POST", "/ask", {"question": "好", "as_of": "昨天"}, 422, "invalid_request"),
        ("POST", "/ask", {"question": "好", "sesion": "a"}, 422, "invalid_request"),
        ("POST", "/ask/stream", {"question": ""}, 400, "bad_input"),
        ("GET", "/clauses?key=none", None, 404, "unknown_clause"),
        ("GET", "/clauses", None, 400, "bad_input"),
        ("GET", "/documents/none", None, 404, "unknown_clause"),
        ("GET", "/search?q=a&k=0", None, 422, "invalid_request"),
        ("GET", "/sessions/none", None, 404, "unknown_session"),
        ("POST", "/calculators/none", {"inputs": {}}, 404, "unknown_calculator"),
        ("POST", "/calculators/charging", {"inputs": {}}, 422, "missing_input"),
        ("POST", "/calculators/charging", {"inputs": {"spaces": "200千瓦", "ratio": "sz20"}}, 422, "unit_mismatch"),
        ("POST", "/calculators/charging", {"inputs": {"nothing": "1"}}, 400, "bad_input"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("PUT", "/ask", {}, 405, "method_not_allowed"),
        ("GET", "/admin/users", None, 409, "sign_in_off"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_a_code(
    opened: Any, method: str, path: str, body: Any, status: int, code: str
) -> None:
    response = opened.client.request(method, f"/api/v1{path}", json=body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert "\n" not in error["message"]
    assert any("一" <= c <= "鿿" for c in error["message"])


def test_a_body_too_large_is_refused_before_it_is_read(opened: Any) -> None:
    large = opened.settings.largest_request + 1
    assert opened.client.post("/api/v1/check", json={"text": "长" * large}).status_code == 413

    def parts() -> Any:
        for _ in range(large // 65536 + 2):
            yield b" " * 65536

    response = opened.client.post("/api/v1/check", content=parts(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_number_beyond_all_numbers_is_out_of_range(opened: Any) -> None:
    body = '{"inputs": {"spaces": 1e308, "ratio": "sz20"}}'
    headers = {"content-type": "application/json"}
    for text in (body, body.replace("1e308", "NaN"), body.replace("1e308", "-Infinity")):
        response = opened.client.post("/api/v1/calculators/charging", content=text, headers=headers)
        assert 400 <= response.status_code < 500, response.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/ask", rb'{"question": "\ud800"}'),
        ("/api/v1/ask", b"[" * 200_000),
        ("/api/v1/ask", b"\xff\xfe"),
        ("/api/v1/calculators/charging", rb'{"inputs": {"\udc00": "1"}}'),
        ("/api/v1/check", rb'{"text": "\ud83d"}'),
        ("/v1/chat/completions", rb'{"model": "nearzero", "messages": [{"role": "user", "content": "\ud800"}]}'),
    ],
)
def test_text_that_is_none_is_the_senders_fault(opened: Any, path: str, body: bytes) -> None:
    response = opened.client.post(path, content=body, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["message"]


def test_an_operator_sees_health_readiness_and_metrics(opened: Any) -> None:
    assert opened.client.get("/healthz").text == "ok"
    ready = opened.client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["clauses"] > 0
    opened.ask(CALCULATION)
    text = opened.client.get("/metrics").text
    assert 'nearzero_answers_total{door="api",kind="calculation"}' in text
    assert 'route="/api/v1/ask",status="200"' in text


def test_the_interface_is_described_with_examples(opened: Any) -> None:
    schema = opened.client.get("/api/v1/openapi.json").json()
    assert "question" in schema["components"]["schemas"]["AskIn"]["required"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)


def test_an_answer_that_takes_too_long_is_given_up(assistant: Any, serve: Any, tmp_path: Any) -> None:
    from assistant.settings import Settings

    with serve(assistant, Settings(home=tmp_path, request_timeout=0.001), pages=False) as served:
        response = served.ask(CALCULATION)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "timeout")
