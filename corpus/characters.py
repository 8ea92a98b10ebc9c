"""Characters that show nothing: taken out of questions, of answers, of the text of added files and of their names."""

import re

__all__ = ["HIDDEN"]

HIDDEN = re.compile(
    r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Control characters but for tab and line feed, and signs that show nothing or turn the direction of what is shown.

>>> HIDDEN.sub("", "26\\u200b ℃\\u202e\\r\\n")
'26 ℃\\n'
"""
