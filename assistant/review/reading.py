"""A filing as lines to check: text files line by line, paragraphs of Word and PDF files, cells of sheets."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

__all__ = ["CAP", "Lines", "numbered", "open_word", "read", "text", "word_paragraphs"]

CAP = 400_000
"""Characters of one filing that are read; a filing of two hundred pages stays below it."""
_LONGEST = 4000
"""Characters of one line; longer lines are cut at sentence ends, so that no single line is judged for minutes."""
_SIZE = 50 * 2**20
_TEXT = {".txt", ".md", ".markdown", ".text", ""}
_UNPACKED = 400 * 2**20


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a filing with their numbers (line, paragraph or row, from 1), and what kind of file it was."""

    lines: tuple[tuple[int, str], ...]
    kind: str


def read(path: Path) -> Lines:
    """The lines of a DOCX, PDF, XLSX, TXT or Markdown file. Raises ``InputError`` for anything that cannot be read."""
    if not path.exists():
        raise InputError(f"找不到文件 {path.name}：请检查路径。")
    if not path.is_file():
        raise InputError(f"{path.name} 不是文件：请给出一个 DOCX、PDF、XLSX、TXT 或 MD 文件。")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path.name} 是空文件，没有可核对的内容。")
    if size > _SIZE:
        raise InputError(f"{path.name} 有 {size / 2**20:.0f} MB，超过上限 {_SIZE / 2**20:.0f} MB：请拆开再核对。")
    suffix = path.suffix.lower()
    if suffix in _TEXT:
        return Lines(numbered(text(path.read_bytes(), path.name).splitlines()), "text")
    readers = {".docx": _word, ".xlsx": _sheet, ".pdf": _pdf}
    if suffix not in readers:
        raise InputError(f"不认识 {path.name} 的格式：可以核对的有 DOCX、PDF、XLSX、TXT、MD。")
    lines = numbered(readers[suffix](path))
    if not lines:
        raise InputError(f"{path.name} 里没有读到文字：如果是扫描件，请先转成可复制文字的文件。")
    return Lines(lines, suffix[1:])


def text(data: bytes, name: str) -> str:
    """The text of a file's bytes, UTF-8 or GB 18030. Raises ``InputError`` if it is no text."""
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name} 不是文本文件：请改成正确的扩展名（DOCX、PDF、XLSX）再核对。")
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name} 的文字编码认不出来：请另存为 UTF-8 再核对。")


def numbered(lines: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Non-empty lines with their numbers from 1; very long ones cut at sentence ends. Raises ``InputError`` past the cap."""
    found: list[tuple[int, str]] = []
    total = 0
    for number, line in enumerate(lines, 1):
        total += len(line)
        if total > CAP:
            raise InputError(f"文件超过 {CAP // 10_000} 万字：请拆成几份再核对。")
        for piece in _cut(line):
            if piece.strip():
                found.append((number, piece))
    return tuple(found)


def _cut(line: str) -> Iterator[str]:
    while len(line) > _LONGEST:
        stops = [m.end() for m in re.finditer(r"[。；;！？]", line[:_LONGEST])]
        at = stops[-1] if stops else _LONGEST
        yield line[:at]
        line = line[at:]
    yield line


def _archive(path: Path) -> None:
    """A DOCX or XLSX is an archive: it must open, hold no password and not unfold without measure."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        head = path.read_bytes()[:4]
        why = "加了密码或是旧版格式" if head == b"\xd0\xcf\x11\xe0" else "已损坏，或与扩展名不符"
        raise InputError(f"{path.name} {why}，打不开：请另存为不加密的 {path.suffix[1:].upper()} 再核对。") from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputError(f"{path.name} 加了密码：请先去掉密码再核对。")
    if sum(entry.file_size for entry in entries) > _UNPACKED:
        raise InputError(f"{path.name} 解开后过大，像是压缩炸弹，没有打开。")


def _word(path: Path) -> list[str]:
    return [paragraph.text for paragraph in word_paragraphs(open_word(path))]


def open_word(path: Path) -> "WordDocument":
    """The Word document. Raises ``InputError`` if it is none."""
    import docx
    from docx.opc.exceptions import OpcError

    _archive(path)
    try:
        return docx.Document(str(path))
    except (OpcError, SyntaxError, KeyError, ValueError, OSError) as error:
        raise InputError(f"{path.name} 的内容不是完好的 Word 文档，打不开：请换一份再核对。") from error


def word_paragraphs(document: "WordDocument") -> list["Paragraph"]:
    """All paragraphs in reading order, those of tables row by row; the place in the list, from 1, is the line number."""
    from docx.table import Table

    found: list[Paragraph] = []

    def walk(container: Any) -> None:
        for block in container.iter_inner_content():
            if isinstance(block, Table):
                for row in block.rows:
                    seen: set[int] = set()
                    for cell in row.cells:
                        if id(cell._tc) not in seen:
                            seen.add(id(cell._tc))
                            walk(cell)
            else:
                found.append(block)

    walk(document)
    return found


def _sheet(path: Path) -> list[str]:
    """Rows of all sheets as lines; the cells of a row stand side by side."""
    from python_calamine import CalamineError, CalamineWorkbook

    _archive(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"{path.name} 的内容不是完好的 Excel 文件，打不开：请换一份再核对。") from error
    return ["　".join(text for value in row if (text := _cell(value))) for row in rows]


def _cell(value: object) -> str:
    """A cell as a person reads it: 26 for the 26.0 a sheet stores."""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return " ".join(str(plain).split())


def _pdf(path: Path) -> list[str]:
    """Paragraphs of a PDF: the reader of the corpus joins printed lines and drops running heads."""
    from assistant.review.printed import lines

    return lines(path)
