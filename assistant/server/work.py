"""Running the core's blocking calls for many people at once: a few threads, a line that ends, a time limit."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from assistant.server.problem import Refused

__all__ = ["Work"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Work:
    """``at_once`` calls run, ``waiting`` more wait; each has ``seconds`` from the moment it came."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._at_once, self._waiting, self._seconds = at_once, waiting, seconds
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The call's result. Raises ``Refused`` where the line is too long or the time is up."""
        if self._limiter is None:  # made here because it belongs to the event loop that runs the server
            self._limiter = anyio.CapacityLimiter(self._at_once)
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise Refused(503, "busy", "现在提问的人太多，请过几秒再试。", headers={"Retry-After": "5"})
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(
                    functools.partial(call, *args, **kwargs), abandon_on_cancel=True, limiter=self._limiter
                )
        except TimeoutError:
            message = f"超过 {self._seconds:g} 秒还没有做完，已停止等待；请把问题写短一些，或稍后再试。"
            raise Refused(503, "timeout", message) from None

    async def stream(self, make: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """What a blocking iterator yields, as it comes, under the same bounds."""
        loop = asyncio.get_running_loop()
        made: asyncio.Queue[tuple[T] | None] = asyncio.Queue()

        def pump() -> None:
            for item in make():
                loop.call_soon_threadsafe(made.put_nowait, (item,))

        task = asyncio.create_task(self(pump))
        task.add_done_callback(lambda _: made.put_nowait(None))
        try:
            while (item := await made.get()) is not None:
                yield item[0]
            await task
        finally:
            task.cancel()
