"""Scanned pages and pictures, read by rapidocr with the models that ship inside its wheel."""

from functools import cache
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.ingest.reading import Line, Page, Reading, Wrap
from corpus.ingest.safety import Limits
from corpus.ingest.text import tidy, width

__all__ = ["lines", "read"]

_SURE = 0.5
"""Readings below this score are specks and seals."""


@cache
def _engine() -> Any:
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error"})


def read(path: Path, limits: Limits) -> Reading:
    """Read a picture. Raises ``InputError`` for one that is broken or too large."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    pages = []
    try:
        with Image.open(path) as image:
            for number in range(1, getattr(image, "n_frames", 1) + 1):
                if number > limits.scanned_pages:
                    raise InputError(f"扫描页超过上限 {limits.scanned_pages} 页：请拆分后再添加。")
                image.seek(number - 1)
                if image.width * image.height > limits.pixels:
                    raise InputError(f"图片太大（{image.width}×{image.height}）：请缩小后再添加。")
                grey = image.convert("RGB")
                grey.thumbnail((2600, 2600))
                found = lines(np.asarray(grey)[:, :, ::-1], number, 1.0)
                pages.append(Page(number, tuple(found), grey.width, grey.height, scanned=True))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("这张图片打不开，可能已损坏：请换一份完好的文件。") from error
    return Reading(tuple(pages), Wrap.PLACED, notes=("图片，由文字识别读出",))


def lines(pixels: Any, page: int, scale: float) -> list[Line]:
    """The lines of one page picture (BGR, height by width by 3), with boxes in points of ``pixels / scale``."""
    result = _engine()(pixels)
    if result.boxes is None:
        return []
    pieces = []
    for corners, said, score in zip(result.boxes, result.txts, result.scores, strict=True):
        text = tidy(said)
        if score < _SURE or not text:
            continue
        xs, ys = [float(p[0]) / scale for p in corners], [float(p[1]) / scale for p in corners]
        pieces.append((text, (min(xs), min(ys), max(xs), max(ys))))
    pieces.sort(key=lambda p: (p[1][1] + p[1][3]) / 2)
    rows: list[list[tuple[str, tuple[float, float, float, float]]]] = []
    for piece in pieces:
        middle = (piece[1][1] + piece[1][3]) / 2
        if rows and rows[-1][0][1][1] < middle < rows[-1][0][1][3]:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    out = []
    for row in rows:
        row.sort(key=lambda p: p[1][0])
        text = " ".join(p[0] for p in row)
        box = (row[0][1][0], min(p[1][1] for p in row), max(p[1][2] for p in row), max(p[1][3] for p in row))
        out.append(Line(tidy(text), page, box, (box[2] - box[0]) / max(width(text), 1)))
    return out
