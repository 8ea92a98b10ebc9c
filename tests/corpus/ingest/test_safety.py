"""Files that are not what they seem: one clear line each, nothing half-done, no file that holds the program up."""

import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.ingest import Limits, Reader, shown_name
from corpus.ingest.safety import examine

QUICK = Limits(seconds=60)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(QUICK) as opened:
        yield opened


def refused(reader: Reader, path: Path) -> str:
    with pytest.raises(InputError) as caught:
        reader.read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def archive(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return path


def test_what_is_no_document_is_refused(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "程序.exe").write_bytes(b"MZ\x90\x00")
    (tmp_path / "旧.doc").write_bytes(b"\xd0\xcf\x11\xe0" * 9)
    (tmp_path / "宏.docm").write_bytes(b"PK\x03\x04")
    assert "找不到" in refused(reader, tmp_path / "没有.pdf")
    assert "文件夹" in refused(reader, tmp_path)
    assert "空文件" in refused(reader, tmp_path / "空.txt")
    assert "不认识" in refused(reader, tmp_path / "程序.exe")
    assert "旧版" in refused(reader, tmp_path / "旧.doc")
    assert "宏" in refused(reader, tmp_path / "宏.docm")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("图.pdf", b"\x89PNG\r\n\x1a\n" + bytes(50), "图片"),
        ("文.pdf", "第一条 为了节能。".encode(), "文本"),
        ("页.docx", b"%PDF-1.7\n", "PDF"),
        ("密.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "密码"),
        ("乱.txt", bytes(range(256)) * 8, "不符"),
        ("程.txt", b"\x7fELF" + bytes(60), "程序"),
        ("图.png", b"%PDF-1.4", "PDF"),
    ],
)
def test_wrong_extensions_are_named(reader: Reader, tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert said in refused(reader, tmp_path / name)


def test_archives_made_to_harm(reader: Reader, tmp_path: Path) -> None:
    bomb = archive(tmp_path / "弹.docx", {"word/document.xml": b"\x00" * (60 * 2**20)})
    assert "压缩炸弹" in refused(reader, bomb)
    away = archive(tmp_path / "外.docx", {"../../etc/passwd": b"x", "word/document.xml": b"<a/>"})
    assert "指向别处" in refused(reader, away)
    macro = archive(tmp_path / "宏.docx", {"word/vbaProject.bin": b"x", "word/document.xml": b"<a/>"})
    assert "宏" in refused(reader, macro)
    other = archive(tmp_path / "表.docx", {"xl/workbook.xml": b"<a/>"})
    assert "不是 Word" in refused(reader, other)
    entity = b'<!DOCTYPE a [<!ENTITY x "' + b"y" * 1000 + b'">]><w:document>' + b"&x;" * 9 + b"</w:document>"
    refused(reader, archive(tmp_path / "实.docx", {"word/document.xml": entity, "[Content_Types].xml": b"<Types/>"}))


def test_names_show_no_folders_and_no_control_marks() -> None:
    assert shown_name(Path("../../../etc/\x1b[31m\u202egpj.pdf")) == "[31mgpj.pdf"
    assert shown_name(Path("a\t\n\u2066b\U000e0041\ufe0f.pdf")) == "ab.pdf"
    assert shown_name(Path("\udcb0\udcec.pdf")) == "??.pdf"
    assert len(shown_name(Path("长" * 200 + ".pdf"))) <= 120


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管.txt")
    with pytest.raises(InputError, match="普通文件"):
        examine(tmp_path / "管.txt", QUICK)


def test_sizes_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "大.txt").write_text("节能" * 400, encoding="utf-8")
    with pytest.raises(InputError, match="上限"):
        examine(tmp_path / "大.txt", Limits(size=1000))
    with Reader(Limits(characters=100, seconds=60)) as reader:
        assert "上限" in refused(reader, tmp_path / "大.txt")


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path, write_docx: Callable[..., Path]) -> None:
    path = write_docx(["^办法", "第一条 为了节能。"])
    started = time.monotonic()
    with Reader(Limits(seconds=0.01)) as reader:
        assert "已经停止" in refused(reader, path)
    assert time.monotonic() - started < 10


def test_after_a_failure_the_next_file_is_read(write_docx: Callable[..., Path], policy: tuple[object, ...]) -> None:
    good = write_docx(policy)
    broken = good.with_name("坏.docx")
    broken.write_bytes(good.read_bytes()[: len(good.read_bytes()) // 2])
    with Reader(QUICK) as reader:
        refused(reader, broken)
        assert reader.read(good).title == "示例市机关节水行动方案"


@pytest.fixture
def samples(
    tmp_path: Path, write_docx: Callable[..., Path], write_text: Callable[..., Path], policy: tuple[object, ...]
) -> list[Path]:
    """One good file of each kind."""
    from PIL import Image, ImageDraw

    page = tmp_path / "页.html"
    page.write_text("<html><body><p>第一条 为了节能，制定本办法。</p></body></html>", encoding="utf-8")
    picture = tmp_path / "图.png"
    image = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(image).text((10, 40), "Article 1 energy", fill="black")
    image.save(picture)
    scan = tmp_path / "扫描.pdf"
    image.save(scan, resolution=72)
    markdown = tmp_path / "文.md"
    markdown.write_text("# 办法\n\n第一条 为了节能。\n", encoding="utf-8")
    return [write_docx(policy), write_text(policy), page, picture, scan, markdown]


def corrupted(data: bytes, chance: random.Random) -> bytes:
    match chance.randrange(4):
        case 0:
            return data[: chance.randrange(1, len(data))]
        case 1:
            at = chance.randrange(len(data))
            return data[:at] + chance.randbytes(min(64, len(data) - at)) + data[at + 64 :]
        case 2:
            spread = bytearray(data)
            for _ in range(max(1, len(data) // 200)):
                spread[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(spread)
        case _:
            at = chance.randrange(len(data))
            return data[:at] + data[at // 2 :]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_corrupted_files_end_in_a_document_or_one_line(
    reader: Reader, samples: list[Path], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    for sample in samples:
        rounds = 2 if sample.suffix == ".png" or sample.stem == "扫描" else 6
        for n in range(rounds):
            path = tmp_path / f"坏{n}{sample.suffix}"
            path.write_bytes(corrupted(sample.read_bytes(), chance))
            started = time.monotonic()
            said = ""
            try:
                said = reader.read(path).title
            except InputError as error:
                said = str(error)
            assert said
            assert "\n" not in said
            assert time.monotonic() - started < QUICK.seconds + 5
