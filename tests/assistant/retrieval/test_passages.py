from dataclasses import replace
from pathlib import Path

import pytest

from assistant.retrieval import Passage, passages
from assistant.retrieval.passages import read_passages
from corpus.errors import InputError
from corpus.library import Corpus


def test_one_passage_a_clause(corpus: Corpus) -> None:
    assert [p.key for p in passages(corpus)] == [c.key for c in corpus.clauses]


def test_title_place_and_heading_are_embedded(few: tuple[Passage, ...]) -> None:
    first = few[0]
    assert all(part in first.embedded for part in (first.title, first.locator, first.heading, first.text))


@pytest.mark.parametrize("field", ["key", "document_id", "title", "number", "locator", "heading", "text"])
def test_any_change_changes_the_digest(few: tuple[Passage, ...], field: str) -> None:
    assert replace(few[0], **{field: "别的"}).digest != few[0].digest
    assert replace(few[0]).digest == few[0].digest


def test_fields_do_not_run_into_each_other(few: tuple[Passage, ...]) -> None:
    assert replace(few[0], heading="甲乙", text="丙").digest != replace(few[0], heading="甲", text="乙丙").digest


@pytest.mark.parametrize(
    ("line", "title", "locator"),
    [
        ('{"_id":"1","title":"建筑法第四十八条","text":"甲"}', "建筑法", "第四十八条"),
        ('{"_id":"1","title":"《建筑法》第四十八条","text":"甲"}', "建筑法", "第四十八条"),
        ('{"_id":"1","title":"建筑法","text":"第四十八条 甲"}', "建筑法", "第四十八条"),
        ('{"_id":"1","title":"建筑法","text":"第 四十八 条　甲"}', "建筑法", "第 四十八 条"),
        ('{"_id":"1","title":"建築法第 48 條","text":"甲"}', "建築法", "第 48 條"),
        ('{"_id":"1","title":"建築法","text":"第 48-1 條 甲"}', "建築法", "第 48-1 條"),
        ('{"_id":"1","title":"建筑法","text":"甲"}', "建筑法", ""),
        ('{"_id":"1","text":"甲"}', "", ""),
    ],
)
def test_document_and_locator_of_a_foreign_record(tmp_path: Path, line: str, title: str, locator: str) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(line + "\n\n", encoding="utf-8")
    (passage,) = read_passages(file)
    assert (passage.title, passage.locator, passage.text[-1]) == (title, locator, "甲")


@pytest.mark.parametrize("content", ['{"_id": "1"}', "[]", "{", '"甲"'])
def test_a_record_that_is_none_is_refused_with_its_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"corpus\.jsonl"):
        read_passages(file)


def test_a_missing_file_is_the_persons_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="读不了"):
        read_passages(tmp_path / "none.jsonl")
