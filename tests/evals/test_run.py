"""The run over a small corpus with a scripted assistant, and the whole product against its gates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from corpus.library import Corpus
from evals import baselines, gates
from evals.calculation import CalculationCase
from evals.passage import passages
from evals.question import Gold, Question
from evals.references import ReferenceCase
from evals.run import PRODUCT, everything, run


@dataclass(frozen=True)
class Reply:
    kind: str

    def to_json(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"answer": "", "citations": [], "figures": [], "calculations": []}
        return {"kind": self.kind, "timing_ms": {"total": 1.0}} | empty


class Refuser:
    """An assistant that declines everything."""

    def ask(self, question: str) -> Reply:
        return Reply("refusal")


def questions() -> list[Question]:
    def one(text: str, answerable: bool) -> Question:
        gold = (Gold("car", None, "新能源", 2),) if answerable else ()
        reason = None if answerable else "out_of_domain"
        return Question(
            text,
            text,
            "staff",
            "公务用车",
            "yesno",
            "plain",
            answerable,
            gold,
            (),
            reason,
            "test" if len(text) % 2 else "dev",
        )

    return [one(f"公务用车买新能源汽车吗{'？' * n}", True) for n in range(12)] + [
        one(f"股票会涨吗{'？' * n}", False) for n in range(12)
    ]


def test_every_system_is_measured_on_both_splits(small_corpus: Corpus) -> None:
    searches = {
        "BM25": lambda: baselines.segmented(passages(small_corpus)),
        PRODUCT: lambda: baselines.segmented(passages(small_corpus)),
    }
    case = CalculationCase("c", "算", "plain", "meeting", (), True)
    cited = [ReferenceCase(f"f{n}", f"《没有这份文件{n}》第一条规定了碳排放。", "unknown_document") for n in range(9)]
    results = run(
        small_corpus,
        questions(),
        [case],
        searches,
        Refuser(),
        release="1",
        cited=cited,
        ablations={"去掉一切": lambda: lambda text, k: baselines.Ranking(())},
    )
    for split in ("dev", "test"):
        assert results.mean("BM25", split, "hit@1") == 1.0
        assert results.mean("去掉一切", split, "hit@5 loss") == results.mean(PRODUCT, split, "hit@5") == 1.0
        assert results.mean(PRODUCT, split, "refusal") == 1.0
        assert results.mean(PRODUCT, split, "false refusal") == 1.0
        assert results.mean(PRODUCT, f"references {split}", "verdict macro-F1") == 1.0
    assert results.mean(PRODUCT, "calculations", "calculator right") == 0.0
    assert sum(sizes["引用"] for sizes in results.sets.values()) == 9
    assert sum(sizes["可答"] for sizes in results.sets.values()) == 12
    assert results.facets["场景"]["公务用车"]["hit@5"].size == 12


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("default")
def test_the_product_passes_its_gates(tmp_path: Path) -> None:
    results = everything(Settings(home=tmp_path), release="test")
    assert gates.failures(results, gates.load()) == ()
