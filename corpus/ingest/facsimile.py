"""A page of an added PDF as an image, with the place of a clause marked; drawn in a child process that can be stopped."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.errors import InputError

__all__ = ["page_image"]

_SECONDS = 20
_WIDTH = 1000
"""Pixels; the panel beside the chat shows it at half that, so it is sharp on a dense screen."""

_WASH = (255, 214, 102, 110)
_EDGE = (196, 130, 0, 255)

_SHORTEST = 4
"""Characters of a word that is looked for; shorter ones stand everywhere."""

Box = tuple[float, float, float, float]


def page_image(path: Path, page: int, box: Box | None = None, words: Sequence[str] = ()) -> bytes:
    """Page ``page`` (from one) as PNG with the words marked, or the box (points from the upper left) where none is found.

    Raises ``InputError`` for a page that is not there or a file that cannot be drawn in time.
    """
    request = json.dumps({"path": str(path), "page": page, "box": box, "words": list(words)})
    fault = "这一页画不出来：文件可能已损坏，请管理员重新添加。"
    try:
        drawn = subprocess.run(
            [sys.executable, "-m", __name__], input=request.encode(), capture_output=True, timeout=_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise InputError(fault) from error
    if not drawn.stdout:
        raise InputError(fault)
    return drawn.stdout


def _draw(path: str, page: int, box: Box | None, words: Sequence[str]) -> bytes:
    from io import BytesIO

    import pypdfium2
    from PIL import Image, ImageDraw

    document = pypdfium2.PdfDocument(path)
    if not 1 <= page <= len(document):
        return b""
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = _WIDTH / width
    image = sheet.render(scale=scale).to_pil().convert("RGBA")
    boxes = _found(sheet.get_textpage(), words, height, box[1] if box else 0.0) or ([box] if box else [])
    wash = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(wash)
    for left, top, right, bottom in boxes:
        pen.rectangle((left * scale - 2, top * scale - 2, right * scale + 2, bottom * scale + 2), fill=_WASH)
    if boxes:
        upper, lower = min(b[1] for b in boxes), max(b[3] for b in boxes)
        edge = max(2.0, min(b[0] for b in boxes) * scale - 12)
        pen.rectangle((edge, upper * scale - 2, edge + 4, lower * scale + 2), fill=_EDGE)
    written = BytesIO()
    Image.alpha_composite(image, wash).convert("RGB").save(written, "PNG", optimize=True)
    return written.getvalue()


def _found(text: Any, words: Sequence[str], height: float, top: float) -> list[Box]:
    """The boxes of the words from the beginning of the clause on, also where a line breaks within one."""
    whole = text.get_text_range()
    places = [i for i, char in enumerate(whole) if not char.isspace()]
    plain = "".join(whole[i] for i in places)
    boxes: list[Box] = []
    for word in words:
        bare = "".join(word.split())
        at = plain.find(bare) if len(bare) >= _SHORTEST else -1
        while at >= 0:
            first, last = places[at], places[at + len(bare) - 1]
            rects = [text.get_rect(i) for i in range(text.count_rects(first, last - first + 1))]
            found = [(left, height - upper, right, height - lower) for left, lower, right, upper in rects]
            if found and found[0][3] > top:
                boxes += found
                break
            at = plain.find(bare, at + 1)
    return boxes


if __name__ == "__main__":
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(_draw(asked["path"], asked["page"], asked["box"], asked["words"]))
