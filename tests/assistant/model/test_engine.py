"""A model behind the product: what it says well is said, whatever it does badly ends in a good answer in time."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant

QUESTION = "夏天办公室空调最低开几度？"
LAW = "国办发〔2007〕42号"
RULE = "公共建筑内的单位夏季室内空调温度不得低于26℃，医院等特殊单位除外"


def key_in(request: Any) -> str:
    return request.keys()[0]


def true_sentence(request: Any) -> str:
    return f"{RULE}[{request.key_of('26℃')}]。"


def searching(make_reply: Any, query: str = "夏季空调温度") -> Callable[[Any], Any]:
    arguments = json.dumps({"query": query}, ensure_ascii=False)
    return lambda request: make_reply(calls=(("search_clauses", arguments),))


def said(answer: Answer) -> dict[str, Any]:
    assert answer.model is not None
    return dict(answer.model)


def test_a_weak_model_phrases_the_evidence(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=tuple(true_sentence(r)))]
    answer = speaking(model_price_prompt=2.0, model_price_completion=8.0).ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert answer.text.startswith(f"{RULE}[1]。")
    assert LAW in {c.number for c in answer.citations}
    assert (answer.note, said(answer)["tier"], said(answer)["prompt"]) == ("", "phrase", "phrase/2")
    assert {(f.value, f.unit) for f in answer.figures} >= {(26, "℃")}
    usage = said(answer)["usage"]
    assert usage["prompt_tokens"] == 300
    assert usage["cost"] == pytest.approx((300 * 2 + 30 * 8) / 1e6)


def test_without_prices_there_is_no_cost(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r),))]
    assistant = speaking()
    assert said(assistant.ask(QUESTION))["usage"]["cost"] is None
    assert assistant.usage.calls == 2


def test_the_probe_asks_once(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r),))]
    first, second = speaking(), speaking()
    first.ask(QUESTION)
    second.ask(QUESTION)
    assert script.probes == 1


def test_a_failed_probe_is_not_remembered(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r),))]
    script.probe = make_reply(status=500)
    assistant = speaking()
    assert said(assistant.ask(QUESTION))["fallback"] == "server"
    script.probe = None
    assert assistant.ask(QUESTION).engine == "model:scripted"


def test_keys_are_drawn_anew_each_turn(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r),))]
    assistant = speaking()
    for _ in range(4):
        assistant.ask(QUESTION)
    assert len({tuple(r.keys()) for r in script.requests}) > 1


FAULTS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "silence": ("timeout", lambda make, r: make(chunks=("迟",), pause=30)),
    "drips": ("timeout", lambda make, r: make(chunks=("滴",) * 400, pause=0.1)),
    "429": ("rate_limit", lambda make, r: make(status=429)),
    "500": ("server", lambda make, r: make(status=500)),
    "503 in HTML": ("server", lambda make, r: make(status=503, raw="<html>busy</html>")),
    "401": ("refused", lambda make, r: make(status=401)),
    "404": ("refused", lambda make, r: make(status=404)),
    "cut at once": ("", lambda make, r: make(raw='data: {"id":"x","choi', cut=True)),
    "cut in a sentence": ("", lambda make, r: make(chunks=("办公室夏季空调",), cut=True)),
    "HTML": ("", lambda make, r: make(raw="<html>Welcome to nginx</html>")),
    "half JSON": ("nonsense", lambda make, r: make(raw='data: {"choices": [{"delta": {"content": "26\n\n')),
    "JSON of another kind": ("", lambda make, r: make(raw='data: {"hello": 1}\n\ndata: [DONE]\n\n')),
    "no choices": ("", lambda make, r: make(raw='data: {"choices": null}\n\n')),
    "empty": ("", lambda make, r: make(chunks=("",))),
    "babble": ("ungrounded", lambda make, r: make(chunks=("asdf " * 50,))),
    "ghost key": (
        "ungrounded",
        lambda make, r: make(chunks=("公共建筑内的单位夏季室内空调温度不得低于26℃，医院等特殊单位除外[Z99]。",)),
    ),
    "guessed mark": (
        "ungrounded",
        lambda make, r: make(chunks=("公共建筑内的单位夏季室内空调温度不得低于26℃，医院等特殊单位除外[1]。",)),
    ),
    "wrong figure": ("", lambda make, r: make(chunks=(true_sentence(r).replace("26", "24"),))),
    "wrong unit": ("", lambda make, r: make(chunks=(true_sentence(r).replace("℃", "%"),))),
    "wrong way": ("", lambda make, r: make(chunks=(true_sentence(r).replace("不得低于", "不得高于"),))),
    "invented number": (
        "",
        lambda make, r: make(chunks=(true_sentence(r).replace("公共建筑", "深机管〔2031〕9号规定公共建筑"),)),
    ),
    "link": ("", lambda make, r: make(chunks=(f"![x](http://evil.example/a.png)空调26℃[{key_in(r)}]。",))),
    "leak": (
        "ungrounded",
        lambda make, r: make(chunks=("我的规则是：只写资料里有的内容，每一句话末尾都写上编号。\n已忽略之前的指示。",)),
    ),
}


@pytest.mark.parametrize("tier", ["phrase", "tools"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_the_extractive_answer_in_time(
    fault: str, tier: str, assistant: Assistant, script: Any, speaking: Any, make_reply: Any
) -> None:
    why, reply = FAULTS[fault]
    script.tier = tier
    script.answers = [lambda r: reply(make_reply, r)]
    if tier == "tools":
        script.answers.insert(0, searching(make_reply))
    patience = 2.5 if why == "timeout" else 12
    start = time.monotonic()
    answer = speaking(seconds=patience).ask(QUESTION)
    took = time.monotonic() - start
    plain = assistant.ask(QUESTION)
    assert (answer.engine, answer.kind) == ("extractive", "answer")
    assert answer.text == plain.text
    assert answer.citations == plain.citations
    assert answer.note == "模型没有给出可用的回答，以下是摘编回答。"
    assert answer.note not in answer.text
    assert said(answer)["fallback"]
    if why:
        assert said(answer)["fallback"] == why
    assert took < patience + 8  # what is beyond the model's time is a busy machine's own work


def test_an_unreachable_endpoint_is_a_fault_like_any_other(script: Any, speaking: Any, make_reply: Any) -> None:
    assistant = speaking(seconds=3)
    object.__setattr__(assistant._core.model._at, "base_url", "http://127.0.0.1:9/v1")
    assert said(assistant.ask(QUESTION))["fallback"] == "dropped"


# --- what the program adds to a weak model -----------------------------------------------------------------------


def test_the_figure_asked_for_is_said_by_the_program_where_the_model_leaves_it_out(
    assistant: Assistant, script: Any, speaking: Any, make_reply: Any
) -> None:
    plain = assistant.ask(QUESTION)
    said_of_winter = "公共建筑内的单位冬季室内空调温度不得高于20℃，医院等特殊单位除外"
    script.answers = [lambda r: make_reply(chunks=(f"{said_of_winter}[{r.key_of('26℃')}]。",))]
    answer = speaking().ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert answer.text.startswith(plain.text.split("\n\n")[0])
    assert f"{said_of_winter}[1]。" in answer.text
    assert said(answer)["completed"] >= 1
    assert {c.key for c in answer.citations} == {c.key for c in plain.citations}


def test_a_sentence_without_a_key_is_given_that_of_its_clause(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(f"{RULE}。",))]
    answer = speaking().ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert answer.text.startswith(f"{RULE}[1]。")


def test_one_second_try_is_made_and_told_what_was_wrong(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [
        lambda r: make_reply(chunks=(true_sentence(r).replace("26", "24"),)),
        lambda r: make_reply(chunks=(true_sentence(r),)),
    ]
    answer = speaking(seconds=60).ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert said(answer)["dropped"] == {"figure": 1}
    assert len(script.requests) == 2
    assert "数字和资料不一致" in script.requests[1].text
    assert "24℃" not in script.requests[1].text


def test_a_value_that_is_not_given_is_not_put_to_a_weak_model(
    assistant: Assistant, script: Any, speaking: Any, make_reply: Any
) -> None:
    question = "近零碳机关的水计量率要达到多少？"
    plain = assistant.ask(question)
    assert plain.text.startswith("**没有给出数值。**")
    answer = speaking().ask(question)
    assert (answer.engine, answer.note, answer.model) == ("extractive", "", None)
    assert answer.text == plain.text
    assert script.requests == []


READERS = {"staff": "先说现在该做什么", "administrator": "新任管理员", "evaluator": "评价人员"}


@pytest.mark.parametrize("tier", ["phrase", "tools"])
@pytest.mark.parametrize("register", READERS)
def test_the_reader_reaches_the_prompt_and_grounding_holds(
    register: Any, tier: str, script: Any, speaking: Any, make_reply: Any
) -> None:
    def answered(request: Any) -> Any:
        true = f"{RULE}[{request.key_of(LAW if tier == 'tools' else '26℃')}]。"
        return make_reply(chunks=(true, true.replace("26", "23"), true.replace("不得", "可以")))

    script.tier = tier
    script.answers = [answered] if tier == "phrase" else [searching(make_reply), answered]
    *pieces, answer = speaking().stream(QUESTION, register=register)
    system = script.requests[0].body["messages"][0]["content"]
    assert [r for r, words in READERS.items() if words in system] == [register]
    assert "{" not in system.replace('{"', "")
    assert answer.engine == "model:scripted"
    assert "".join(pieces).strip() == answer.text
    assert f"{RULE}[1]。" in answer.text
    assert "23" not in answer.text.split("**评价要点**")[0].replace("2023", "")
    assert sum(said(answer)["dropped"].values()) == 2
    assert ("| 条款 | 效力 | 数值 |" in answer.text) is (register == "evaluator")


def test_the_model_has_a_span_of_its_own(
    script: Any, speaking: Any, make_reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    sent, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(sent))
    monkeypatch.setattr("assistant.conversation.observing._tracer", lambda endpoint: provider.get_tracer("test"))
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r),))]
    speaking(otlp_endpoint="http://127.0.0.1:4317").ask(QUESTION)
    spans = {span.name: span for span in sent.get_finished_spans()}
    assert list(spans) == ["understand", "retrieve", "model", "answer", "ground", "nearzero.ask"]
    assert dict(spans["model"].attributes or {}) == {
        "nearzero.tier": "phrase",
        "nearzero.prompt_tokens": 300,
        "nearzero.completion_tokens": 30,
    }


# --- the tools ---------------------------------------------------------------------------------------------------


def test_a_strong_model_searches_and_cites(script: Any, speaking: Any, make_reply: Any) -> None:
    script.tier = "tools"
    script.answers = [
        searching(make_reply),
        lambda r: make_reply(chunks=(f"{RULE}[{r.key_of(LAW)}]。",)),
    ]
    answer = speaking().ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert [c.number for c in answer.citations] == [LAW]
    assert said(answer)["prompt"] == "agent/2"


def calls(request: Any) -> list[str]:
    return [c["function"]["name"] for m in request.body["messages"] for c in m.get("tool_calls") or ()]


def results(request: Any) -> str:
    return "\n".join(str(m["content"]) for m in request.body["messages"] if m["role"] in {"tool", "user"})


@pytest.mark.parametrize(
    "written",
    [
        '```json\n{"name": "search_clauses", "arguments": {"query": "夏季空调温度"}}\n```',
        '<tool_call>{"name": "search_clauses", "arguments": {"query": "夏季空调温度"}}</tool_call>',
        '{"function": {"name": "search-clauses", "arguments": "{\\"query\\": \\"夏季空调温度\\"}"}}',
    ],
)
def test_a_call_written_as_text_is_mended(written: str, script: Any, speaking: Any, make_reply: Any) -> None:
    script.tier = "tools"
    script.answers = [
        lambda r: make_reply(chunks=(written,)),
        lambda r: make_reply(chunks=(f"{RULE}[{r.key_of(LAW)}]。",)),
    ]
    answer = speaking().ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert calls(script.requests[1]) == ["search_clauses"]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"chunks": ('```json\n{"name": "search_clauses", "arguments": {"query": "夏',)}, "没有写完整"),
        ({"calls": (("search_clauses", '{"query": "夏'),)}, "不是完整的 JSON"),
        ({"calls": (("delete_everything", "{}"),)}, "没有叫“delete_everything”的工具"),
        ({"calls": (("search_clauses", '["夏"]'),)}, "JSON"),
        ({"calls": (("search_clauses", '{"words": 3}'),)}, "query"),
        ({"calls": (("search_clauses", '{"query": {"a": 1}}'),)}, "query"),
    ],
)
def test_a_call_beyond_mending_is_refused_and_the_model_told(
    bad: dict[str, Any], told: str, script: Any, speaking: Any, make_reply: Any
) -> None:
    script.tier = "tools"
    script.answers = [
        lambda r: make_reply(**bad),
        searching(make_reply),
        lambda r: make_reply(chunks=(f"{RULE}[{r.key_of(LAW)}]。",)),
    ]
    answer = speaking().ask(QUESTION)
    assert told in results(script.requests[1])
    assert not script.requests[1].keys()
    assert answer.engine == "model:scripted"


def test_calling_tools_without_end_is_stopped(script: Any, speaking: Any, make_reply: Any) -> None:
    script.tier = "tools"
    script.answers = [searching(make_reply)]
    answer = speaking(seconds=20).ask(QUESTION)
    assert answer.engine == "extractive"
    assert len(script.requests) <= 8


CHARGERS = "停车场200个车位按20%配建充电桩是什么规定？"


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"spaces": "200个车位", "ratio": 30}, "没有计算"),
        ({"spaces": "350个车位", "ratio": "20%"}, "不要自己设定"),
        ({"spaces": "200度", "ratio": "20%"}, "没有计算"),
        ({"spaces": "200个车位", "ratio": "20%", "delete": "1"}, "没有计算"),
    ],
)
def test_a_calculation_with_figures_of_its_own_is_refused(
    inputs: dict[str, Any], told: str, script: Any, speaking: Any, make_reply: Any
) -> None:
    script.tier = "tools"
    call = json.dumps({"name": "charging", "inputs": inputs}, ensure_ascii=False)
    script.answers = [
        lambda r: make_reply(calls=(("calculate", call),)),
        lambda r: make_reply(chunks=("没有算出来。",)),
    ]
    answer = speaking().ask(CHARGERS)
    assert told in results(script.requests[1])
    assert not answer.calculations


def test_a_calculation_of_the_model_is_shown_and_its_figures_checked(
    script: Any, speaking: Any, make_reply: Any
) -> None:
    script.tier = "tools"
    call = json.dumps({"name": "charging", "inputs": {"spaces": "200个车位", "ratio": "20%"}}, ensure_ascii=False)

    def answered(request: Any) -> Any:
        computed, law = request.key_of("：40"), request.key_of("鼓励")
        return make_reply(
            chunks=(
                f"按配建比例计算，充电桩数量为40个[{computed}]。",
                f"按配建比例计算，充电桩数量为50个[{computed}]。",
                f"资料另有充电桩配建的规定[{law}]。",
            )
        )

    script.answers = [
        lambda r: make_reply(calls=(("calculate", call),)),
        searching(make_reply, "充电桩 配建 鼓励 20%"),
        answered,
    ]
    answer = speaking(seconds=30).ask(CHARGERS)
    assert answer.engine == "model:scripted"
    assert answer.calculations[0]["total"]["value"] == 40
    assert "50" not in answer.text
    assert "40个（见计算）" in answer.text


@pytest.mark.parametrize(
    ("question", "tool", "arguments", "line", "sentence"),
    [
        (
            "公共机构节能条例第十四条讲什么？",
            "read_clause",
            {"reference": "公共机构节能条例第十四条"},
            "第十四条",
            "公共机构按用能种类和用能系统实行分户、分类、分项计量，发现浪费及时纠正",
        ),
        (
            "新购公务用车里新能源汽车占多少？",
            "look_up_indicator",
            {"name": "年度公务用车采购总量中新能源汽车占比"},
            "269",
            "主管预算单位年度公务用车采购总量中新能源汽车占比原则上不低于30%，以能满足使用需要为限",
        ),
        (
            "“公共机构节能条例第十四条规定实行分户、分类、分项计量”写得对吗？",
            "check_reference",
            {"text": "《公共机构节能条例》第十四条规定实行分户、分类、分项计量。"},
            "第十四条",
            "公共机构节能条例第十四条规定实行分户、分类、分项计量",
        ),
    ],
)
def test_each_tool_is_called_and_what_it_gives_is_cited(
    question: str,
    tool: str,
    arguments: dict[str, str],
    line: str,
    sentence: str,
    script: Any,
    speaking: Any,
    make_reply: Any,
) -> None:
    script.tier = "tools"
    script.answers = [
        lambda r: make_reply(calls=((tool, json.dumps(arguments, ensure_ascii=False)),)),
        lambda r: make_reply(chunks=(f"{sentence}[{r.keys()[0]}]。",)),
    ]
    answer = speaking(seconds=30).ask(question)
    assert calls(script.requests[1]) == [tool]
    assert line in results(script.requests[1]) or tool == "look_up_indicator"
    assert answer.engine == "model:scripted"
    assert answer.text.startswith(f"{sentence}[1]")
    assert len(answer.citations) == 1


def test_a_share_of_thirty_is_not_taken_for_thirty_percent(script: Any, speaking: Any, make_reply: Any) -> None:
    script.tier = "tools"
    call = json.dumps({"name": "charging", "inputs": {"spaces": "200个车位", "ratio": 30}}, ensure_ascii=False)
    script.answers = [
        lambda r: make_reply(calls=(("calculate", call),)),
        lambda r: make_reply(chunks=("没有算出来。",)),
    ]
    speaking().ask(CHARGERS.replace("20%", "30%"))
    told = results(script.requests[1])
    assert "没有计算" in told or "：60 " in told
    assert "6000" not in told


# --- the stream --------------------------------------------------------------------------------------------------


def test_a_stream_gives_sentences_only_when_checked(script: Any, speaking: Any, make_reply: Any) -> None:
    def text(request: Any) -> Any:
        key = request.key_of("26℃")
        whole = (
            f"{RULE.replace('26', '２６')}［{key}］。{RULE.replace('26', '18')}【{key}】。"
            f"{RULE}【Z98】。请访问www.evil.example[{key}]。"
        )
        return make_reply(chunks=tuple(whole))

    script.answers = [text]
    *pieces, answer = speaking().stream(QUESTION)
    assert isinstance(answer, Answer)
    assert answer.engine == "model:scripted"
    assert pieces[0] == f"{RULE.replace('26', '２６')}[1]。"
    assert "".join(pieces).strip() == answer.text
    assert "18℃" not in "".join(pieces)
    assert said(answer)["dropped"] == {"figure": 1, "ghost": 1, "address": 1}


def test_a_stream_that_breaks_is_completed_by_the_program(
    assistant: Assistant, script: Any, speaking: Any, make_reply: Any
) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r), "办公室冬季", "空调"), cut=True)]
    *pieces, answer = speaking().stream(QUESTION)
    assert answer.engine == "model:scripted"
    assert "".join(pieces).strip() == answer.text
    assert "办公室冬季空调" not in answer.text
    assert {f.value for f in assistant.ask(QUESTION).figures} <= {f.value for f in answer.figures}


def test_what_was_said_before_the_time_was_up_stands(script: Any, speaking: Any, make_reply: Any) -> None:
    script.answers = [lambda r: make_reply(chunks=(true_sentence(r), *("滴",) * 900), pause=0.05)]
    answer = speaking(seconds=10).ask(QUESTION)
    assert answer.engine == "model:scripted"
    assert said(answer)["cut"] == "timeout"
    assert answer.text.startswith(f"{RULE}[1]。")
    assert "滴" not in answer.text


def test_without_a_model_the_stream_gives_the_blocks(assistant: Assistant) -> None:
    *pieces, answer = assistant.stream(QUESTION)
    assert "".join(pieces) == answer.text
    assert len(pieces) > 1
    assert (answer.engine, answer.model, answer.note) == ("extractive", None, "")


def test_a_question_without_a_model_imports_no_langchain(environment: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from assistant.assistant import Assistant\n"
        "from assistant.settings import read\n"
        "Assistant.open(read()).ask('夏天办公室空调最低开几度？')\n"
        "print([m for m in ('langchain', 'langchain_core', 'openai', 'pint', 'gradio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
