"""The server's threads share a heap."""

import subprocess
import sys

import pytest

_ARENAS = """
import ctypes, os, sys, tempfile, threading
from assistant.server import heap

if sys.argv[1] == "share":
    heap.share()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
together = threading.Barrier(8)

def take():
    held = [libc.malloc(1000) for _ in range(100)]
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "info").encode()
    file = ctypes.c_void_p(libc.fopen(path, b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(open(path).read().count("<heap nr="))
"""


def _arenas(mode: str) -> int:
    return int(subprocess.check_output([sys.executable, "-c", _ARENAS, mode], text=True))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's arenas")
def test_threads_share_two_arenas_and_without_it_have_their_own() -> None:
    assert _arenas("share") <= 2 < _arenas("own")
