from pathlib import Path

import pytest
import yaml

from assistant.retrieval.parameters import DATA, parameters
from assistant.retrieval.segmentation import normalise
from assistant.retrieval.terms import expansions
from corpus.library import Corpus


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("食堂剩饭怎么处理", "厨余"),
        ("公车什么时候换", "公务用车"),
        ("报废的电脑", "处置"),
        ("What charging facilities must parking lots have?", "充电设施"),
        ("NEV ratio of official cars", "公务用车"),
        ("energy-saving policies", "节能"),
    ],
)
def test_what_is_said_leads_to_what_is_written(question: str, word: str) -> None:
    assert word in expansions(normalise(question))


def test_what_the_question_holds_is_not_added() -> None:
    assert "食堂" not in expansions("饭堂和食堂")
    assert expansions("第十四条") == ()


@pytest.mark.parametrize("table", ["synonyms.yaml", "english.yaml"])
def test_tables_lead_into_the_corpus(table: str, corpus: Corpus) -> None:
    """Nine in ten of the words a table leads to occur in the corpus; the rest wait for documents people add."""
    texts = "\n".join(f"{c.heading}\n{c.text}" for c in corpus.clauses)
    rows = yaml.safe_load((DATA / table).read_text(encoding="utf-8"))
    meant = {word for words in rows.values() for word in words}
    assert all(isinstance(said, str) and said == normalise(said) for said in rows)
    assert sum(word in texts for word in meant) > 0.75 * len(meant)


def test_every_number_has_its_reason() -> None:
    lines = Path(DATA / "retrieval.yaml").read_text(encoding="utf-8").splitlines()
    blocks = [n for n, line in enumerate(lines) if line and not line.startswith((" ", "#"))]
    for n in blocks:
        assert lines[n + 1].strip().startswith("#"), lines[n]
    assert 0 < parameters().dense_weight < 1
