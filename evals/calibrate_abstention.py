"""Set the weights of ``assistant/conversation/abstention.yaml``: logistic regression over its signals.

Learns from the dev split of the question set, the first turns of the dev conversations, ``cases/unanswerable_held.jsonl`` and
``cases/answerable.jsonl``; the test split is never read. ``python -m evals.calibrate_abstention`` prints what it
finds, ``--write`` writes it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.conversation.abstention import BOUNDARY, Boundary
from assistant.retrieval.embedding import Vectors
from evals import conversations, question

if TYPE_CHECKING:
    from assistant.conversation.steps import Core

__all__ = ["UNANSWERABLE", "Case", "Fit", "cases", "fit", "main", "signals"]

UNANSWERABLE = Path(__file__).with_name("cases") / "unanswerable_held.jsonl"
"""What the encoder was not trained to turn away (it was with ``unanswerable.jsonl`` and ``unanswerable_more.jsonl``), so
that its signals are what they will be for questions it has not seen."""
PARAMETERS = Path(__file__).parents[1] / "assistant" / "conversation" / "abstention.yaml"

FALSE_REFUSALS = 0.02
"""Share of answerable questions that may be refused, left one out."""

GAMMA, SOFTNESS = 2.0, 3.0
"""Width of the kernel over unit vectors and price of a question on the wrong side of the boundary."""

REGULAR = 0.2
"""Inverse strength of the L2 penalty over standardised signals."""


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights over the raw signals, the probability from which to answer, and the rates found left one out."""

    weights: Mapping[str, float]
    bias: float
    answer_from: float
    refusal: float
    false_refusal: float


def cases() -> tuple[Case, ...]:
    """What is learned from; unanswerable ones that the exact route turns away by itself are left out."""
    learned = [
        Case(q.text, q.answerable)
        for q in question.load()
        if q.split == "dev" and (q.answerable or q.reason != "no_such_clause")
    ]
    for talk in conversations.load():
        first = talk.turns[0]
        if talk.split == "dev" and first.kind in {"answer", "refusal"} and not first.smalltalk:
            learned.append(Case(first.say, first.kind == "answer"))
    for path, answerable in ((UNANSWERABLE, False), (question.ANSWERABLE, True)):
        for line in path.read_text(encoding="utf-8").splitlines():
            learned.append(Case(json.loads(line)["question"], answerable))
    return tuple(learned)


def signals(core: "Core", text: str) -> tuple[Mapping[str, float], Vectors]:
    """The signals of one question, as the program sees them, and its vector."""
    from assistant.answering.ranking import weigh
    from assistant.conversation.abstention import features
    from assistant.conversation.steps import STEPS
    from assistant.conversation.turn import Turn

    turn = STEPS["understand"](core, Turn(question=text, part=True))
    found, evidence = core.at(turn.as_of).search(turn.asked.query)
    assert turn.reading is not None
    ordered = weigh(turn.reading, evidence, core.weights)
    return features(turn, found.signals, evidence, ordered, core.weights, found.vector), found.vector


def learn_boundary(vectors: Vectors, answerable: NDArray[np.bool_]) -> Boundary:
    """A support vector machine over the vectors, both sides weighing the same."""
    from sklearn.svm import SVC

    model = SVC(C=SOFTNESS, gamma=GAMMA, class_weight="balanced").fit(vectors, answerable)
    # Halved precision is what is kept, so it is what is measured.
    kept = model.support_vectors_.astype(np.float16).astype(np.float32)
    return Boundary(kept, model.dual_coef_[0].astype(np.float32), float(model.intercept_[0]), GAMMA)


def left_out_sides(vectors: Vectors, answerable: NDArray[np.bool_]) -> Vectors:
    """What the boundary says of each question when learned without its tenth."""
    from sklearn.model_selection import StratifiedKFold

    said = np.zeros(len(vectors), np.float32)
    for rest, held in StratifiedKFold(10, shuffle=True, random_state=1).split(vectors, answerable):
        learned = learn_boundary(vectors[rest], answerable[rest])
        said[held] = [learned.beyond(vector) for vector in vectors[held]]
    return said


def fit(rows: Sequence[Mapping[str, float]], answerable: Sequence[bool]) -> Fit:
    """Fit on all rows; choose the threshold on predictions for rows left out a tenth at a time."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    names = sorted(rows[0])
    raw = np.array([[row[name] for name in names] for row in rows])
    labels = np.array(answerable)
    mean, spread = raw.mean(axis=0), np.where(raw.std(axis=0) > 0, raw.std(axis=0), 1.0)
    model = LogisticRegression(C=REGULAR, class_weight="balanced", max_iter=2000)
    scaled = (raw - mean) / spread
    tenths = StratifiedKFold(min(10, int(labels.sum()), int((~labels).sum())), shuffle=True, random_state=0)
    left_out: Any = cross_val_predict(model, scaled, labels, cv=tenths, method="predict_proba")[:, 1]
    allowed = int(FALSE_REFUSALS * labels.sum())
    threshold = float(np.sort(left_out[labels])[allowed]) - 1e-6
    model.fit(scaled, labels)
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - weights @ mean)
    return Fit(
        weights={name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
        bias=round(bias, 4),
        answer_from=round(threshold, 4),
        refusal=float((left_out[~labels] < threshold).mean()),
        false_refusal=float((left_out[labels] < threshold).mean()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the fit and what it gets wrong among what it learned from; with ``--write`` keep it."""
    from assistant.assistant import Assistant
    from assistant.settings import read

    assistant = Assistant.open(read())
    learned = cases()
    seen = [signals(assistant.core, case.text) for case in learned]
    answerable = np.array([case.answerable for case in learned])
    vectors = np.stack([vector for _, vector in seen])
    said = left_out_sides(vectors, answerable)
    rows = [{**row, "boundary": float(side)} for (row, _), side in zip(seen, said, strict=True)]
    found = fit(rows, answerable.tolist())
    count = sum(case.answerable for case in learned)
    out = sys.stdout
    out.write(f"{count} answerable, {len(learned) - count} unanswerable; left out a tenth at a time: ")
    out.write(f"refusal {found.refusal:.3f}, false refusal {found.false_refusal:.3f}\n")
    out.write(f"bias {found.bias} answer_from {found.answer_from} weights {dict(found.weights)}\n")
    for case, row in zip(learned, rows, strict=True):
        chance = 1 / (1 + np.exp(-(found.bias + sum(found.weights[n] * v for n, v in row.items()))))
        if (chance >= found.answer_from) != case.answerable:
            out.write(f"{'answerable' if case.answerable else 'unanswerable'} {chance:.3f} {case.text}\n")
    if "--write" in (sys.argv[1:] if arguments is None else arguments):
        _write(found, count, len(learned) - count)
        learned_boundary = learn_boundary(vectors, answerable)
        np.savez_compressed(
            PARAMETERS.with_name(BOUNDARY),
            vectors=learned_boundary.vectors.astype(np.float16),
            weights=learned_boundary.weights,
            bias=learned_boundary.bias,
            gamma=learned_boundary.gamma,
        )
    assistant.close()
    return 0


def _write(found: Fit, answerable: int, unanswerable: int) -> None:
    kept = yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))
    head = (
        "# Written by `python -m evals.calibrate_abstention --write`: logistic regression (balanced classes) over the\n"
        f"# signals of abstention.py, on {answerable} answerable and {unanswerable} unanswerable questions (dev split, dev\n"
        f"# conversations, cases/unanswerable_held.jsonl and answerable.jsonl). answer_from is set so that, left out a tenth at a time, at most {FALSE_REFUSALS:.1%} of the\n"
        f"# answerable are refused; then {found.refusal:.1%} of the unanswerable are. The test split was not used.\n"
    )
    body = {
        "places": kept["places"],
        "off_topic_from": kept["off_topic_from"],
        "answer_from": found.answer_from,
        "bias": found.bias,
        "weights": dict(found.weights),
    }
    PARAMETERS.write_text(head + yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
