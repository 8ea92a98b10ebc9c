"""Filings of every kind are read to lines; bad files end in one clear line."""

import zipfile
from pathlib import Path

import docx
import pytest
import xlsxwriter

from assistant.review.reading import CAP, read
from corpus.errors import InputError

LINE = "《公共机构节能条例》第十四条规定实行分项计量。"


def test_text_in_any_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(f"标题\n\n{LINE}\n".encode(encoding))
        assert read(path).lines == ((1, "标题"), (3, LINE))


def test_word_with_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("标题")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "计量", LINE
    document.add_paragraph("完")
    document.save(str(tmp_path / "a.docx"))
    assert [text for _, text in read(tmp_path / "a.docx").lines] == ["标题", "计量", LINE, "完"]


def test_sheet(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["序号", "依据"])
    sheet.write_row(2, 0, [1, LINE])
    book.close()
    assert read(tmp_path / "a.xlsx").lines == ((1, "序号　依据"), (3, f"1　{LINE}"))


def test_a_long_line_is_cut_at_sentence_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(LINE * 400, encoding="utf-8")
    lines = read(path).lines
    assert len(lines) > 1
    assert all(number == 1 and text.endswith("。") for number, text in lines)


def bad(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"not a zip", "已损坏"),
        ("a.xlsx", b"PK\x03\x04broken", "已损坏"),
        ("a.pdf", b"%PDF-1.4 broken", "打不开"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "加了密码"),
        ("a.txt", b"\x00\x01\x02" * 90, "不是文本"),
        ("a.txt", b"", "空文件"),
        ("a.exe", b"MZ", "不认识"),
        ("a.txt", ("字" * (CAP + 1)).encode(), "万字"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(bad(tmp_path, name, data))
    assert "\n" not in str(caught.value)


def test_an_archive_that_is_no_document(tmp_path: Path) -> None:
    for name in ("a.docx", "a.xlsx"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("hello.txt", "x")
        with pytest.raises(InputError):
            read(tmp_path / name)


def test_missing_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到"):
        read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="不是文件"):
        read(tmp_path)


def test_a_reader_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.review.printed.SECONDS", 0.01)
    with pytest.raises(InputError, match="已经停止"):
        read(bad(tmp_path, "a.pdf", b"%PDF-1.4 slow"))


def test_wrong_ending(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="扩展名"):
        read(bad(tmp_path, "a.pdf", b"just text"))
