"""Waiting for a model no longer than allowed, whatever it does: silence, drips, endless text."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from corpus.errors import ModelUnavailable

__all__ = ["Deadline", "within"]

T = TypeVar("T")


class Deadline:
    """A point in time, so that several steps share what is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - time.monotonic(), 0.0)


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def within(deadline: Deadline, produce: Callable[[], Iterator[T]]) -> Iterator[T]:
    """The items of an iterator that runs in a thread of its own, as long as the deadline allows.

    Raises ``ModelUnavailable`` when time is up, and whatever the iterator raises.
    """
    items: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
    nobody_waits = threading.Event()

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in produce():
                if nobody_waits.is_set():
                    break
                items.put(item)
        except BaseException as raised:  # noqa: BLE001 - it is raised again where the items are read
            error = raised
        items.put(_End(error))

    # A daemon: a server that never closes its side must not keep the program from ending.
    threading.Thread(target=work, name="model", daemon=True).start()
    try:
        while True:
            try:
                item = items.get(timeout=max(deadline.left, 0.001))
            except queue.Empty:
                raise ModelUnavailable("对话模型超时没有答完。") from None
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
            if not deadline.left:
                raise ModelUnavailable("对话模型超时没有答完。")
    finally:
        nobody_waits.set()
