"""Refusal and false refusal: declining where the library holds no answer, and only there."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["RefusalRates", "refusal_rates"]


@dataclass(frozen=True, slots=True)
class RefusalRates:
    """``refusal``: share of unanswerable questions declined; ``false_refusal``: share of answerable ones declined.

    ``None`` where the set holds no question of that kind.
    """

    refusal: float | None
    false_refusal: float | None


def refusal_rates(outcomes: Iterable[tuple[bool, bool]]) -> RefusalRates:
    """Rates over pairs (answerable, declined).

    >>> refusal_rates([(True, False), (True, True), (False, True)])
    RefusalRates(refusal=1.0, false_refusal=0.5)
    >>> refusal_rates([(True, False)])
    RefusalRates(refusal=None, false_refusal=0.0)
    """
    pairs = list(outcomes)

    def rate(kind: bool) -> float | None:
        declined = [d for answerable, d in pairs if answerable is kind]
        return sum(declined) / len(declined) if declined else None

    return RefusalRates(refusal=rate(False), false_refusal=rate(True))
