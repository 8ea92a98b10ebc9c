"""Text of answers and documents made safe for a page: Markdown without HTML, links or images, and the templates.

Whatever a question, a clause or a model holds, only the tags written here reach the browser: the Markdown reader knows
no HTML, no links and no images, and the templates escape every value.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markupsafe import Markup

from assistant.web.language import Language, saying
from corpus.model import titled
from tools.units import format_number, unit_name

if TYPE_CHECKING:
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

    from assistant.answer import Citation

__all__ = ["markdown", "plain", "render", "unit_label"]

_PER = {
    "passenger": "（每人）",
    "person": "（每人）",
    "vehicle": "（每车）",
    "room_night": "（每间夜）",
    "trip": "（每人次）",
    "sheet": "（每张）",
    "meal": "（每餐）",
}


def markdown(
    text: str,
    citations: Sequence["Citation"] = (),
    language: Language = "zh",
    words: Mapping[int, Sequence[str]] | None = None,
) -> Markup:
    """Markdown as safe HTML; a mark ``[n]`` of a known citation becomes a button that opens its clause.

    ``words`` are those of each clause that the text rests on, to be marked when it is opened.

    >>> markdown('**26 ℃** <img src=x onerror=alert(1)> [a](javascript:alert(1)) [9]')
    Markup('<p><strong>26 ℃</strong> &lt;img src=x onerror=alert(1)&gt; [a](javascript:alert(1)) [9]</p>\\n')
    """
    held = {"citations": {c.n: c for c in citations}, "language": language, "words": words or {}}
    return Markup(_reader().render(text, held))


def plain(text: str) -> Markup:
    """Somebody's words as they were typed: nothing in them is markup; line breaks are kept by the style."""
    return Markup(escapeHtml(text))


def render(template: str, language: Language = "zh", **values: object) -> str:
    """The named template with these values, each escaped unless it is ``Markup``; its words by ``say("…")``."""
    return _templates(language).get_template(template).render(**values)


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    reader.disable(["link", "image", "autolink", "html_inline", "html_block", "reference", "code"])
    reader.inline.ruler.before("link", "cite", _read_mark)
    reader.add_render_rule("cite", _write_mark)
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", _close_table)
    return reader


def _read_mark(state: "StateInline", silent: bool) -> bool:
    """``[3]`` where citation 3 is known; any other bracket is text."""
    if state.src[state.pos] != "[":
        return False
    end = state.src.find("]", state.pos + 1, state.pos + 6)
    digits = state.src[state.pos + 1 : end] if end > 0 else ""
    if not (digits.isascii() and digits.isdigit()) or int(digits) not in state.env["citations"]:
        return False
    if not silent:
        state.push("cite", "", 0).meta = {"n": int(digits)}
    state.pos = end + 1
    return True


def _write_mark(
    _self: "RendererProtocol", tokens: "Sequence[Token]", index: int, _options: "OptionsDict", env: "EnvType"
) -> str:
    n = tokens[index].meta["n"]
    return render("mark.html", env["language"], citation=env["citations"][n], words=_json(env["words"].get(n, ())))


def _open_table(
    _self: "RendererProtocol", _tokens: "Sequence[Token]", _index: int, _options: "OptionsDict", env: "EnvType"
) -> str:
    """A wide table scrolls in a frame of its own, which the keyboard can reach."""
    label = escapeHtml(saying(env["language"])("表格，可左右滚动"))
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'


def _close_table(*_: object) -> str:
    return "</table></div>\n"


@lru_cache(maxsize=2)
def _templates(language: Language) -> Environment:
    templates = Environment(
        loader=PackageLoader("assistant.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "written": _written,
        "unit": unit_label,
        "gas": _subscripted,
        "in_book_marks": titled,
        "json": _json,
    }
    templates.globals |= {"language": language, "say": saying(language)}
    return templates


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _written(value: float | str | Sequence[float], digits: int = 4) -> str:
    """A number for a reader: significant digits, none of the whole part lost, thousands apart; a range as low～high.

    >>> _written(0.02601), _written(412.345), _written(-28576.4), _written([3.0, 4.5])
    ('0.02601', '412.3', '-28,576', '3～4.5')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "～".join(_written(v, digits) for v in value)
    whole, point, rest = format_number(value, digits).partition(".")
    sign, figures = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(figures):,}{point}{rest}"


def unit_label(quantity: Mapping[str, Any]) -> str:
    """The unit of a quantity of the contract in Chinese, with the gas it is of and whom or what it counts.

    >>> unit_label({"unit": "kg/person", "of": "CO2e"}), unit_label({"unit": "kgCO2"}), unit_label({"unit": "charger"})
    ('千克CO₂e/人', '千克CO₂', '个充电桩')
    >>> unit_label({"unit": "kg/km", "of": "CO2", "per": "passenger"})
    '千克CO₂/公里（每人）'
    """
    mass, slash, rest = str(quantity["unit"]).partition("/")
    name = unit_name(f"{mass}{quantity.get('of') or ''}{slash}{rest}") if mass != "dimensionless" else ""
    return _subscripted(name) + _PER.get(quantity.get("per") or "", "")


def _subscripted(text: str) -> str:
    """Gases as they are printed: CO₂e."""
    return text.replace("CO2", "CO₂").replace("CH4", "CH₄").replace("N2O", "N₂O")
