"""What a model cost: calls, tokens as the endpoint reports them, and money where prices are set."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Counter", "Prices", "Usage"]

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a million tokens read and a million written, in whatever currency the settings are in."""

    prompt: float
    completion: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer or of many; ``cost`` is ``None`` where no prices are set.

    >>> (Usage(1, 100, 20) + Usage(1, 50, 5)).completion_tokens
    25
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def cost(self, prices: Prices | None) -> float | None:
        """The price of these tokens.

        >>> Usage(1, 500_000, 100_000).cost(Prices(prompt=2.0, completion=8.0))
        1.8
        """
        if prices is None:
            return None
        return (self.prompt_tokens * prices.prompt + self.completion_tokens * prices.completion) / _MILLION

    def to_json(self, prices: Prices | None = None) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": self.cost(prices),
        }


class Counter:
    """Adds up usage; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = Usage()

    def add(self, usage: Usage) -> None:
        with self._lock:
            self._total += usage

    def called(self) -> None:
        """One call was made, whatever comes back."""
        self.add(Usage(calls=1))

    def reported(self, metadata: Mapping[str, Any] | None) -> None:
        """What an endpoint says about one call (``usage_metadata`` of a LangChain message), or nothing."""
        if metadata:
            self.add(Usage(0, int(metadata.get("input_tokens") or 0), int(metadata.get("output_tokens") or 0)))

    @property
    def total(self) -> Usage:
        with self._lock:
            return self._total
