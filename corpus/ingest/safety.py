"""What is looked at before a file is opened: what it really is, how large it is, and whether it may be read at all."""

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from corpus.characters import HIDDEN
from corpus.errors import InputError, unreadable

__all__ = ["Kind", "Limits", "examine", "shown_name"]

Kind = str
"""One of ``pdf docx html txt md image``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file; the defaults hold a 600-page plan with room to spare."""

    size: int = 100 * 2**20
    unpacked: int = 400 * 2**20
    ratio: int = 200
    entries: int = 5000
    pages: int = 1500
    scanned_pages: int = 100
    pixels: int = 80_000_000
    characters: int = 5_000_000
    seconds: float = 600.0
    memory: int = 6 * 2**30


_KINDS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
    ".webp": "image",
}
_TAKEN = "PDF、DOCX、HTML、TXT、Markdown 和图片（PNG、JPG、TIFF）"
_MACRO = {".docm", ".dotm", ".xlsm", ".pptm"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_NAMES = {
    "pdf": "PDF",
    "docx": "Word 文档（DOCX）",
    "html": "网页（HTML）",
    "text": "文本",
    "image": "图片",
    "zip": "压缩包",
    "ole": "旧版 Office 文件",
    "program": "程序",
}
_BREAKS = str.maketrans("", "", "\t\n")


def shown_name(path: Path) -> str:
    """The last part of the name as it may be shown and stored: no folders, no control or direction marks.

    >>> shown_name(Path("../../etc/a\\x07b.pdf"))
    'ab.pdf'
    """
    name = path.name.replace("\\", "/").rsplit("/", 1)[-1]
    # A name in another encoding keeps its length and its suffix: what cannot be read of it becomes question marks.
    readable = name.encode("utf-8", "replace").decode("utf-8")
    return HIDDEN.sub("", readable).translate(_BREAKS)[:120] or "未命名"


def examine(path: Path, limits: Limits) -> Kind:
    """What to read the file as. Raises ``InputError`` with one line for anything that is not to be opened."""
    name = shown_name(path)
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        raise InputError(f"找不到文件 {name}：请检查路径。") from error
    if stat.S_ISDIR(state.st_mode):
        raise InputError(f"{name} 是文件夹：请给出文件。")
    if not stat.S_ISREG(state.st_mode):
        raise InputError(f"{name} 不是普通文件，不能添加。")
    if state.st_size == 0:
        raise InputError(f"{name} 是空文件。")
    if state.st_size > limits.size:
        raise InputError(f"{name} 有 {state.st_size / 2**20:.0f} MB，超过上限 {limits.size / 2**20:.0f} MB。")
    suffix = Path(name).suffix.lower()
    if suffix in _MACRO:
        raise InputError(f"{name} 是带宏的文件：请另存为不带宏的 DOCX 再添加。")
    if suffix in {".doc", ".wps"}:
        raise InputError(f"{name} 是旧版格式：请另存为 DOCX 或 PDF 再添加。")
    if suffix not in _KINDS:
        raise InputError(f"不认识 {name} 的格式：可以添加的有{_TAKEN}。")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise InputError(f"读不了文件 {name}：{unreadable(error)}。") from error
    kind, found = _KINDS[suffix], _content(head)
    wanted = {"txt": "text", "md": "text"}.get(kind, kind)
    if found == "ole" and kind == "docx":
        raise InputError(f"{name} 加了密码，或者是旧版 Word 文件：请去掉密码、另存为 DOCX 再添加。")
    if found == "zip" and kind == "docx":
        _examine_archive(path, name, limits)
    elif found != wanted and not (wanted == "html" and found == "text"):
        raise InputError(
            f"{name} 的内容是{_NAMES.get(found, '别的格式')}，与扩展名 {suffix} 不符：请改成正确的扩展名再添加。"
        )
    return kind


def _content(head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "ole"
    if head.startswith((b"MZ", b"\x7fELF")):
        return "program"
    if head.startswith(_PICTURES[:-1]) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "image"
    if re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|\?xml)", head, re.I | re.S):
        return "html"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    return "binary" if b"\x00" in head else "text"


def _examine_archive(path: Path, name: str, limits: Limits) -> None:
    """A DOCX is an archive: look at its list of contents before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{name} 已损坏，打不开：请换一份完好的文件。") from error
    names = {entry.filename for entry in entries}
    if len(entries) > limits.entries:
        raise InputError(f"{name} 里有 {len(entries)} 个部分，不像正常的文档，没有打开。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputError(f"{name} 加了密码：请先去掉密码再添加。")
    total = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    # A page of XML packs about 20 to 1; only archives made to burst go far beyond.
    if total > limits.unpacked or (total > 20 * 2**20 and total / packed > limits.ratio):
        raise InputError(f"{name} 解开后有 {total / 2**20:.0f} MB，像是压缩炸弹，没有打开。")
    if any(part.startswith(("/", "\\")) or ".." in part.replace("\\", "/").split("/") for part in names):
        raise InputError(f"{name} 内部有指向别处的路径，没有打开。")
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise InputError(f"{name} 带有宏：请另存为不带宏的 DOCX 再添加。")
    if "word/document.xml" not in names:
        raise InputError(f"{name} 的内容不是 Word 文档，与扩展名不符：请改成正确的扩展名再添加。")
