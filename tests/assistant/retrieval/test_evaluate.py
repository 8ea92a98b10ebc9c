import json
from pathlib import Path

import pytest

from assistant.retrieval.evaluate import retrieve_eval
from assistant.settings import Settings
from corpus.errors import InputError


def _write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    laws = {"甲市节约用水条例": ["用水", "水价"], "乙市节约用水条例": ["用水", "水价"]}
    corpus = [
        {"_id": f"{title[0]}{n}", "title": title, "text": f"第{'一二'[n]}条 {topic}的管理由主管部门负责。"}
        for title, topics in laws.items()
        for n, topic in enumerate(topics)
    ]
    queries = [
        {"_id": "q1", "text": "乙市节约用水条例第二条"},
        {"_id": "q2", "text": "甲市節約用水條例第一條"},
        {"_id": "q3", "text": "没有答案的问题"},
    ]
    qrels: list[dict[str, object]] = [
        {"query-id": "q1", "corpus-id": "乙1", "score": 1},
        {"query-id": "q2", "corpus-id": "甲0", "score": 1},
        {"query-id": "q2", "corpus-id": "乙0", "score": 0},
    ]
    return (
        _write(tmp_path / "corpus.jsonl", list(corpus)),
        _write(tmp_path / "queries.jsonl", list(queries)),
        _write(tmp_path / "qrels.jsonl", qrels),
    )


def test_named_articles_of_foreign_laws_are_found(files: tuple[Path, Path, Path], settings: Settings) -> None:
    result = retrieve_eval(*files, settings)
    assert result["recall@1"] == result["mrr@10"] == result["ndcg@10"] == 1.0
    assert (result["queries"], result["passages"]) == (2, 4)
    assert result["queries/s"] > 0
    assert not settings.home.exists()


def test_judgements_of_no_query_are_said(files: tuple[Path, Path, Path], settings: Settings, tmp_path: Path) -> None:
    other = _write(tmp_path / "other.jsonl", [{"query-id": "none", "corpus-id": "乙1", "score": 1}])
    with pytest.raises(InputError, match=r"other\.jsonl"):
        retrieve_eval(files[0], files[1], other, settings)
