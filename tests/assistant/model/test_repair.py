"""Tool calls are mended only where nothing is guessed; waiting ends when it should; tokens add up."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model.deadline import Deadline, within
from assistant.model.prompts import PromptName, prompt
from assistant.model.repair import Call, Refused, calls_in_text, mend
from assistant.model.usage import Counter, Usage
from corpus.errors import ModelUnavailable

TOOLS = ["search_clauses", "read_clause", "calculate"]


@pytest.mark.parametrize(
    "name", ["search_clauses", "Search_Clauses", "search-clauses", "search clauses", "searchclauses"]
)
def test_a_name_written_another_way_is_known(name: str) -> None:
    assert mend(name, {"query": "空调"}, TOOLS) == Call("search_clauses", {"query": "空调"})


@pytest.mark.parametrize("name", ["", "search", "exec", "delete_clauses_now", "calculate_and_send"])
def test_another_tool_is_refused(name: str) -> None:
    assert isinstance(mend(name, {}, TOOLS), Refused)


@pytest.mark.parametrize("arguments", ['{"query": "空', '{"query": }', "空调", "[1, 2]", '{"a": 1}{"b": 2}', None, 3])
def test_arguments_that_are_no_object_are_refused(arguments: object) -> None:
    assert isinstance(mend("search_clauses", arguments, TOOLS), Refused)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=8), max_size=4), st.data())
def test_a_call_cut_short_is_never_carried_out(arguments: dict[str, object], data: st.DataObject) -> None:
    whole = json.dumps(arguments, ensure_ascii=False)
    assert mend("calculate", whole, TOOLS) == Call("calculate", arguments)
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    assert isinstance(mend("calculate", cut, TOOLS), Refused)


def test_several_calls_in_one_text() -> None:
    text = '<tool_call>{"name": "read_clause", "arguments": {"reference": "第一条"}}</tool_call><tool_call>{"name": "rm", "arguments": {}}</tool_call>'
    first, second = calls_in_text(text, TOOLS)
    assert first == Call("read_clause", {"reference": "第一条"})
    assert isinstance(second, Refused)


@pytest.mark.parametrize("text", ["夏季不低于26℃[B12]。", "```\n26℃\n```", '{"a": 1}', "", "“name”是名称"])
def test_an_answer_is_no_call(text: str) -> None:
    assert calls_in_text(text, TOOLS) == []


def test_waiting_ends_with_the_time() -> None:
    def slow() -> Iterator[int]:
        yield 1
        time.sleep(5)
        yield 2

    start, got = time.monotonic(), []
    with pytest.raises(ModelUnavailable, match="超时"):
        got.extend(within(Deadline(0.2), slow))
    assert time.monotonic() - start < 1


def test_an_endless_stream_ends_with_the_time() -> None:
    def endless() -> Iterator[int]:
        while True:
            time.sleep(0.01)
            yield 1

    with pytest.raises(ModelUnavailable):
        list(within(Deadline(0.2), endless))


def test_an_error_comes_through() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("no choices")

    with pytest.raises(LookupError, match="no choices"):
        list(within(Deadline(2), broken))


def test_counters_add_up() -> None:
    counter = Counter()
    counter.called()
    counter.reported({"input_tokens": 30, "output_tokens": 4, "total_tokens": 34})
    counter.called()
    counter.reported(None)
    assert counter.total == Usage(calls=2, prompt_tokens=30, completion_tokens=4)
    assert counter.total.cost(None) is None


@pytest.mark.parametrize("name", ["agent", "phrase", "probe", "readers", "repair"])
def test_every_prompt_has_its_version(name: PromptName) -> None:
    held = prompt(name)
    assert held.version.startswith(f"{name}/")
    assert held.version not in held.text
    assert len(held.text) > 20
