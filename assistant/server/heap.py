"""The heap of a process that runs for weeks: its threads share it, so that what one frees another can use."""

import ctypes
import sys

__all__ = ["share"]

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
_ARENAS = 2


def share() -> None:
    """Keep glibc from giving each thread an arena of its own (eight a core); elsewhere nothing is done.

    Chroma builds an index on many threads and frees it again: over arenas of their own 300 MiB stay behind after ten changes
    of the library, and a few more after each (``python -m evals.bench.soak``). To be called before threads are started.
    """
    if sys.platform == "linux":
        limit = getattr(ctypes.CDLL(None), "mallopt", None)
        if limit is not None:  # musl has none
            limit(_ARENA_MAX, _ARENAS)
