import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import Passage, build, ensure, is_current, open_index
from assistant.retrieval.index import load
from assistant.settings import Settings
from corpus.errors import IndexUnavailable, InputError
from evals.bench.scale import chroma

Few = tuple[Passage, ...]


def test_a_second_build_embeds_nothing(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    first = build(few, settings, model=model)
    second = build(few, settings, model=model)
    assert (first.added, first.removed, first.kept) == (5, 0, 0)
    assert (second.added, second.removed, second.kept) == (0, 0, 5)
    assert model.embedded == 5


def test_only_what_changed_is_embedded_again(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    model.embedded = 0
    changed = (few[0], replace(few[1], text="食堂每季度评估一次反食品浪费成效。"), *few[2:4])
    report = build(changed, settings, model=model)
    assert (report.added, report.removed, report.kept) == (1, 2, 3)
    assert model.embedded == 1
    assert open_index(settings, changed, model=model).search("反食品浪费成效评估", 1)[0].key == few[1].key


def test_a_new_order_of_the_same_passages_is_followed(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    turned = few[::-1]
    assert build(turned, settings, model=model).added == 0
    for passage in few:
        assert open_index(settings, turned, model=model).search(passage.text, 1)[0].key == passage.key


def test_progress_is_told(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    told: list[tuple[int, int]] = []
    build(few, settings, lambda done, whole: told.append((done, whole)), model=model)
    assert told[0] == (0, 5)
    assert told[-1] == (5, 5)


def test_a_stopped_build_goes_on_where_it_was(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    many = tuple(replace(few[n % 5], key=f"k{n}", text=f"{few[n % 5].text}（{n}）") for n in range(200))

    def stop(done: int, whole: int) -> None:
        if done == 128:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(many, settings, stop, model=model)
    (unfinished,) = settings.index_path.glob("unfinished-*")
    with unfinished.open("ab") as file:
        file.write(b"cut short")
    model.embedded = 0
    with pytest.raises(KeyboardInterrupt):
        build(many, settings, lambda done, whole: stop(done + 64, whole), model=model)
    report = build(many, settings, model=model)
    assert (report.added, report.kept) == (8, 192)
    assert model.embedded == 72
    assert not list(settings.index_path.glob("unfinished-*"))
    index = load(settings)
    assert np.allclose(index.vectors.whole(), model.embed_passages([p.embedded for p in many]))
    index.close()


def test_ensure_builds_once(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    assert not is_current(few, settings)
    assert ensure(settings, few, model=model) is not None
    assert is_current(few, settings)
    assert ensure(settings, few, model=model) is None
    assert ensure(settings, few[:3], model=model) is not None


def test_no_index_is_said(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(IndexUnavailable, match="nearzero index"):
        open_index(settings, few, model=model)


def test_an_index_of_another_embedding_is_said(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    other = settings.model_copy(update={"embedding": "别的模型"})
    with pytest.raises(IndexUnavailable, match="别的模型"):
        open_index(other, few, model=model)
    assert build(few, other, model=model).kept == 0
    assert open_index(other, few, model=model).search("空调", 1)


@pytest.mark.parametrize(
    "part",
    [
        "vectors.npy",
        "words.json",
        "lexical/terms.npy",
        "chroma/chroma.sqlite3",
        "digests.npy",
        "gone.npy",
        "centre.npy",
    ],
)
def test_a_damaged_index_is_said_and_mended(few: Few, settings: Settings, model, part: str) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    (found, *_) = settings.index_path.glob(f"[gs]-*/{part}")
    found.unlink()
    with pytest.raises(IndexUnavailable):
        open_index(settings, few, model=model)
    ensure(settings, few, model=model)
    assert open_index(settings, few, model=model).search(few[2].text, 1)[0].key == few[2].key


def test_a_stale_index_answers_with_what_both_hold(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    now = (*few[1:], replace(few[0], key="新", text="新的一条"))
    retriever = open_index(settings, now, model=model)
    assert retriever.missing == 1
    keys = [hit.key for hit in retriever.search(few[0].text, 10)]
    assert few[0].key not in keys
    assert len(keys) == 4


@pytest.mark.parametrize("bad", [(), "twice"])
def test_nothing_and_doubles_are_refused(few: Few, settings: Settings, model, bad: object) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError):
        build((few[0], few[0]) if bad else (), settings, model=model)


def test_a_home_that_is_a_file_is_said(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    settings.home.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="NEARZERO_HOME"):
        build(few, settings, model=model)


def test_leftovers_go_and_the_generation_before_stays(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(few, settings, model=model)
    before = open_index(settings, few, model=model)
    (settings.index_path / "g-killed").mkdir()
    (settings.index_path / "current.json.g-killed").touch()
    for count in (4, 3, 2):
        build(few[:count], settings, model=model)
        if count == 4:
            assert before.search(few[4].text, 1)[0].key == few[4].key
    assert len(list(settings.index_path.glob("g-*"))) == 2
    assert not list(settings.index_path.glob("current.json.*"))


def test_builders_wait_for_each_other(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: build(few, settings, model=model), range(3)))
    assert sorted(r.added for r in reports) == [0, 0, 5]


_BUILDER = """
import sys, time, zlib
import numpy as np
from pathlib import Path
from assistant.retrieval import Passage, build
from assistant.settings import Settings

class Slow:
    name, dimension = "slow", 64
    def embed_queries(self, texts):
        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts):
            for at in range(len(text) - 1):
                row[zlib.crc32(text[at:at + 2].encode()) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
    def embed_passages(self, texts):
        time.sleep(0.05)
        return self.embed_queries(texts)

version, home = sys.argv[1:]
passages = [Passage(f"k{n}", "d", "节能办法", "", f"第{n}条", f"标题{n}", f"第{n}条的内容，第{version}版") for n in range(600)]
print("ready", flush=True)
build(passages, Settings(home=Path(home)), model=Slow())
print("done", flush=True)
"""


def _builder(version: int, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _BUILDER, str(version), str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_builder_leaves_the_index_answering(settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    def passages(version: int) -> Few:
        return tuple(
            Passage(f"k{n}", "d", "节能办法", "", f"第{n}条", f"标题{n}", f"第{n}条的内容，第{version}版")
            for n in range(600)
        )

    first = _builder(0, settings.home)
    first.communicate()
    assert first.returncode == 0
    chance = random.Random(20)
    started = time.perf_counter()
    whole = _builder(0, settings.home)  # how long a build takes from its start here, on a copy
    whole.communicate()
    length = max(time.perf_counter() - started, 1.0)
    finished = killed = 0
    for attempt in range(1, 11):
        builder = _builder(attempt, settings.home)
        assert builder.stdout is not None
        assert builder.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, length))
        builder.send_signal(signal.SIGKILL)
        output, _ = builder.communicate()
        killed += builder.returncode == -signal.SIGKILL
        finished += "done" in output
        held = [v for v in range(attempt + 1) if is_current(passages(v), settings)]
        assert len(held) == 1, "exactly one version is in force"
        retriever = open_index(settings, passages(held[0]), model=_Slow())
        assert retriever.missing == 0
        assert retriever.search("第17条的内容", 1)[0].key == "k17"
        retriever.close()
    assert killed >= 5
    assert len(list(settings.index_path.glob("g-*"))) <= 4


class _Slow:
    name, dimension = "slow", 64

    def embed_queries(self, texts):  # type: ignore[no-untyped-def]
        import zlib

        import numpy as np

        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at in range(len(text) - 1):
                row[zlib.crc32(text[at : at + 2].encode()) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    embed_passages = embed_queries


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with chroma(tmp_path / "server") as started:
        yield started.url


_REMOTE = """
import sys
from dataclasses import replace
from pathlib import Path
from assistant.retrieval import Passage, build, index, open_index
from assistant.retrieval.dense import connect
from assistant.retrieval.parameters import parameters
from assistant.settings import Settings
from corpus.errors import IndexUnavailable

home, url = sys.argv[1:]
changed = replace(parameters(), written_whole=0)
index.parameters = lambda: changed
words = ["空调", "食堂", "停车", "会议", "公务用车", "光伏"]
few = [Passage(word, "d", "节能办法", "", f"第{n}条", word, word) for n, word in enumerate(words, 1)]
remote = Settings(home=Path(home), chroma_url=url)
for count in (5, 6):
    build(few[:count], remote)
    print(open_index(remote, few[:count]).search(words[count - 1], 1)[0].key)
print(len(connect(Path(home), url).list_collections()))
for count in (2, 1, 2):
    build(few[:count], remote)
print(len(connect(Path(home), url).list_collections()))
try:
    open_index(Settings(home=Path(home)), few)
except IndexUnavailable as error:
    print(error)
"""


@pytest.mark.slow
def test_the_same_index_on_a_chroma_server(settings: Settings, server: str) -> None:
    # In a process of its own: chromadb never closes its HTTP sockets, and unclosed ones fail the tests.
    command = [sys.executable, "-c", _REMOTE, str(settings.home), server]
    first, added, one, two, refused = subprocess.check_output(command, text=True, encoding="utf-8").splitlines()
    assert (first, added) == ("公务用车", "光伏")
    # What was added is small enough without a graph; then two generations of one segment each.
    assert (one, two) == ("1", "2")
    assert "另一个 Chroma" in refused


def test_no_chroma_server_is_said(few: Few, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="连不上 Chroma"):
        build(few, settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"}), model=model)
