"""Paragraphs made clauses: which heading marks open a clause, what lies under what, and what each clause is called."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.ingest import tables
from corpus.ingest.headings import Mark, caption, label, mark
from corpus.ingest.metadata import Facts, signature
from corpus.ingest.paragraphs import Paragraph
from corpus.ingest.reading import Box, Grid
from corpus.ingest.text import bare, ends_sentence, width
from corpus.locator import Level, Locator, Part, parse
from corpus.model import Clause, Definition, Place, Strength, Table, TextStatus

__all__ = ["Tree", "build"]

_LONG = 1600
"""An article longer than this has its items as clauses of their own; any text longer is split between paragraphs."""
_FAR = 4
"""A number that jumps further than this from its last sibling is not a heading."""
_SHALL = (
    (Strength.SHALL, re.compile(r"应当|必须|(?<![反响适相对供])应(?![用对急收付答激邀])(?!变|力|届)")),
    (Strength.SHALL_NOT, re.compile(r"不得|严禁|禁止|不应|不准")),
    (
        Strength.TARGET,
        re.compile(r"(?:到|至)?20\d\d年(?:底|末)?[^。；]{0,40}?(?:达到|以上|以内|下降|降低|提高|左右|控制在|力争)"),
    ),
    (Strength.SHOULD, re.compile(r"(?<![适便不权时事机])宜(?![居昌春宾宣])")),
    (Strength.ENCOURAGED, re.compile(r"鼓励|倡导|提倡|支持")),
    (Strength.MAY, re.compile(r"可以|可(?=[由在按根选采参结])")),
)
_ATTACHED = re.compile(r"附\s*[件表]\s*[:：]")
_UNNUMBERED = re.compile(r"(?:前\s*言|引\s*言|参\s*考\s*文\s*献|附\s*加\s*说\s*明)")
_IMPRINT = re.compile(r".{0,40}\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*印发")
_TAIL = re.compile(r"[（(]?(?:此件|抄\s*送|主\s*送|信息公开选项|公开方式|联系人|联系电话)")
_RUNNING = {"article", "chapter", "section", "volume"}
"""Numbered through the whole document: the number says which of two marks is a heading and which a reference."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What a document holds: clauses in order, its tables as printed, the terms it defines, its whole text."""

    clauses: tuple[Clause, ...]
    tables: tuple[Table, ...]
    definitions: tuple[Definition, ...]
    text: str


@dataclass(slots=True)
class _Said:
    """A paragraph in a clause, with its place in the whole text."""

    text: str
    start: int
    end: int
    item: Mark | None = None


@dataclass(slots=True)
class _Node:
    mark: Mark | None
    path: tuple[Part, ...]
    heading: str
    said: list[_Said] = field(default_factory=list)
    page: int | None = None
    box: Box | None = None
    start: int = 0
    end: int = 0
    children: list["_Node"] = field(default_factory=list)
    rows: list[tables.Row] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)


class _Builder:
    """Walks the paragraphs once, keeping the stack of open headings."""

    def __init__(self, items: Sequence[Paragraph | Grid], facts: Facts) -> None:
        self.items, self.facts = items, facts
        self.nodes: list[_Node] = []
        self.tables: list[Table] = []
        self.text: list[str] = []
        self.size = 0
        self.stack: list[_Node] = []
        self.running: dict[str, int] = {}
        self.scope: tuple[Part, ...] = ()
        self.signed = signature(items)
        self.listing = False
        marks = [m for i in items if isinstance(i, Paragraph) and (m := mark(i.text))]
        # 5 总则 is a heading only among 5.1 and 5.2; elsewhere it is a row or an amount.
        self.dotted = sum(m.family == "dotted" for m in marks) >= 2

    # --- one paragraph after the other -------------------------------------------------------------------------

    def run(self) -> None:
        notice = self.facts.notice is not None
        self._open(
            None,
            (Part(Level.NAME, (), "印发通知"),) if notice else (Part(Level.NAME, (), "引言"),),
            "印发通知" if notice else "引言",
        )
        if notice:
            self.scope = (Part(Level.NAME, (), "印发通知"),)
        skip = 0
        for i, item in enumerate(self.items):
            if i == self.facts.start and (notice or any(n.said for n in self.nodes)):
                self._restart((), "引言")
            if isinstance(item, Grid):
                self._grid(i, item)
                continue
            start = self._put(item.text)
            if skip:
                skip -= 1
                continue
            if self.facts.number and bare(item.text) == bare(self.facts.number):
                continue  # a fact of the document, not a clause
            if i == self.facts.start and bare(item.text) in bare(self.facts.title + (self.facts.notice or "")):
                continue
            if i in self.signed or _TAIL.match(item.text) or _IMPRINT.fullmatch(item.text):
                self._aside("落款", item, start)
            elif _ATTACHED.match(item.text) or (self.listing and self._listed(item)):
                self._aside("附件目录", item, start)
                self.listing = True
            else:
                self.listing = False
                skip = self._take(i, item, start)

    def _put(self, text: str) -> int:
        start = self.size
        self.text.append(text)
        self.size += len(text) + 1
        return start

    def _listed(self, item: Paragraph) -> bool:
        return bool(re.match(r"\s*[0-9]{1,2}(?:[-—][0-9]{1,2})?\s*[.．、]", item.text)) and not ends_sentence(item.text)

    def _take(self, i: int, item: Paragraph, start: int) -> int:
        """Put a paragraph where it belongs; how many paragraphs after it were used for its heading."""
        found = mark(item.text)
        while self.stack[-1].mark and self.stack[-1].mark.family == "box" and not item.boxed and len(self.stack) > 1:
            self.stack.pop()
        if item.boxed and (found is None or found.family != "box") and self._sibling("box"):
            found = None  # what stands in a box numbers its own points
        if found is not None and found.family == "annex":
            return self._annex(i, item, found, start)
        if _UNNUMBERED.fullmatch(item.text) and not self._sibling("heading"):
            self._restart((), re.sub(r"\s", "", item.text))
            return 0
        if found is not None and self._accepts(found, item):
            node = self._place(found)
            node.page, node.box, node.start = item.page, item.box, start
            used = 0
            heading, body = label(found.rest)
            if found.family == "article" and len(body) < len(found.rest.strip()) and found.rest[:1] not in "（(【[":
                body = found.rest
            if not found.rest.strip() and found.family != "article" and (name := self._name_after(i)):
                heading, used = name, 1
            if found.family == "article" and body.strip() == found.rest.strip():
                heading = self._chapter() or heading
            node.heading = heading or self._parent_heading(node) or item.text[:30]
            if body:
                at = start + item.text.rfind(body)
                node.said.append(_Said(body, at, at + len(body)))
            node.end = start + len(item.text)
            return used
        node = self.stack[-1]
        node.said.append(_Said(item.text, start, start + len(item.text), found))
        node.end = start + len(item.text)
        if node.page is None:
            node.page, node.box, node.start = item.page, item.box, start
        return 0

    def _name_after(self, i: int) -> str:
        """The heading on the line after its number (3.1 / 近零碳机关 near-zero carbon office)."""
        after = self.items[i + 1] if i + 1 < len(self.items) else None
        if (
            isinstance(after, Paragraph)
            and not mark(after.text)
            and not ends_sentence(after.text)
            and width(after.text) <= 40
        ):
            return after.text
        return ""

    # --- which marks open a clause -----------------------------------------------------------------------------

    def _accepts(self, found: Mark, item: Paragraph) -> bool:
        family, value = found.family, found.value
        if family in {"table", "figure"} or (self.items[0] is item and family == "numbered" and not found.rest):
            return False
        inside = any(node.mark and node.mark.family == "article" for node in self.stack)
        if inside and family in {"subheading", "bracketed", "numbered", "paren", "lettered"}:
            return False  # an item of the article, kept in its text
        if family in {"lettered", "paren"}:
            return False
        if family in _RUNNING:
            before = self.running.get(family, 0)
            if family == "section" and value == 1:
                return True
            return (
                value == before + 1
                or len(found.part.number) > 1
                or (value == 1 and family != "article")
                or before < value <= before + _FAR
            )
        if family in {"dotted", "chapter-number"}:
            return self._dotted(found)
        if family == "appendix-number":
            return any(n.mark and n.mark.part.name == found.part.name for n in self.stack)
        if family == "appendix":
            return True
        sibling = self._sibling(family)
        last = sibling.part.number[-1] if sibling else 0
        if family == "bracketed" and value > 1 and sibling is None:
            return False
        return value == 1 or last < value <= last + _FAR or (sibling is None and value <= 60)

    def _sibling(self, family: str) -> Mark | None:
        return next((n.mark for n in reversed(self.stack) if n.mark and n.mark.family == family), None)

    def _dotted(self, found: Mark) -> bool:
        number = found.part.number
        if found.family == "chapter-number" and not self.dotted:
            return False
        last = next(
            (
                n.mark.part.number
                for n in reversed(self.stack)
                if n.mark and n.mark.family in {"dotted", "chapter-number"}
            ),
            None,
        )
        if last is None:
            return number[-1] == 1 or (len(number) == 1 and number[0] <= _FAR)
        for depth in range(len(last)):
            if (
                number[:depth] == last[:depth]
                and len(number) > depth
                and last[depth] < number[depth] <= last[depth] + _FAR
            ):
                return all(n == 1 for n in number[depth + 1 :])
        return number[: len(last)] == last and all(n == 1 for n in number[len(last) :])

    # --- where they lie ----------------------------------------------------------------------------------------

    def _place(self, found: Mark) -> _Node:
        if found.family in _RUNNING:
            self.running[found.family] = found.part.number[0]
            order = ["volume", "chapter", "section", "article"]
            rank = order.index(found.family)
            if found.family == "chapter":
                self.running.pop("section", None)
            while len(self.stack) > 1 and not (self.stack[-1].mark and self.stack[-1].mark.family in order[:rank]):
                if self.stack[-1].mark and self.stack[-1].mark.family in {"annex", "division"}:
                    break
                self.stack.pop()
        elif found.family in {"dotted", "chapter-number", "appendix-number"}:
            while len(self.stack) > 1 and not self._above(self.stack[-1].mark, found):
                self.stack.pop()
        elif found.family == "appendix":
            del self.stack[1:]
            self.scope = ()
        elif self._sibling(found.family):
            while self.stack[-1].mark is None or self.stack[-1].mark.family != found.family:
                self.stack.pop()
            self.stack.pop()
        elif found.family == "heading":
            while (
                len(self.stack) > 1
                and self.stack[-1].mark
                and self.stack[-1].mark.family
                not in {"annex", "chapter", "section", "volume", "division", "appendix", "dotted", "chapter-number"}
            ):
                self.stack.pop()
        parent = self.stack[-1] if self.stack and self.stack[-1].mark else None
        return self._open(found, self._path(found, parent), "", parent)

    def _above(self, outer: Mark | None, inner: Mark) -> bool:
        if outer is None or outer.family == "annex":
            return True
        if inner.family == "appendix-number":
            if outer.family == "appendix":
                return outer.part.name == inner.part.name
            return (
                outer.family == "appendix-number"
                and outer.part.number == inner.part.number[: len(outer.part.number)] != inner.part.number
            )
        if outer.family in {"dotted", "chapter-number"}:
            n = len(outer.part.number)
            return outer.part.number == inner.part.number[:n] and len(inner.part.number) > n
        return outer.family in {"chapter", "section", "volume", "division"}

    def _path(self, found: Mark, parent: _Node | None) -> tuple[Part, ...]:
        if (
            found.family in {"article", "volume", "appendix", "appendix-number", "dotted", "chapter-number"}
            or parent is None
        ):
            return (*self.scope, found.part)
        if found.family == "heading" and parent.mark and parent.mark.family in {"appendix", "appendix-number"}:
            return (*parent.path, found.part)
        return (*parent.path, found.part)

    def _open(self, found: Mark | None, path: tuple[Part, ...], heading: str, parent: _Node | None = None) -> _Node:
        node = _Node(found, path, heading)
        if parent is not None:
            parent.children.append(node)
        self.nodes.append(node)
        self.stack.append(node)
        return node

    def _restart(self, scope: tuple[Part, ...], name: str) -> None:
        self.stack.clear()
        self.running.clear()
        self.scope = scope
        self._open(None, (*scope, Part(Level.NAME, (), name)), name)

    def _annex(self, i: int, item: Paragraph, found: Mark, start: int) -> int:
        """An annex begins: its title is the short lines that follow. The annex that is the document itself has no scope."""
        if (i < self.facts.start and i + 2 >= self.facts.start) or (i == 0 and self.facts.start <= 1):
            self.stack[-1].said.append(_Said(item.text, start, start + len(item.text)))
            return 0
        title, used = found.rest, 0
        for after in self.items[i + 1 : i + 4]:
            if (
                not isinstance(after, Paragraph)
                or mark(after.text)
                or ends_sentence(after.text)
                or width(after.text) > 60
            ):
                break
            if title and not (after.align == "center" or after.large or after.text[:1] in "（("):
                break
            title, used = title + after.text, used + 1
        self.stack.clear()
        self.running.clear()
        self.scope = (found.part,)
        node = self._open(found, (found.part,), title or "附件")
        node.page, node.box, node.start, node.end = item.page, item.box, start, start + len(item.text)
        return used

    def _aside(self, name: str, item: Paragraph, start: int) -> None:
        """A signature or a list of annexes: kept, but in no numbered clause."""
        scope = self.scope if self.scope and self.scope[0].level is Level.NAME else ()
        path = (*scope, Part(Level.NAME, (), name))
        node = next((n for n in self.nodes if n.path == path), None)
        if node is None:
            node = _Node(None, path, name, page=item.page, box=item.box, start=start)
            self.nodes.append(node)
        node.said.append(_Said(item.text, start, start + len(item.text)))
        node.end = start + len(item.text)

    def _chapter(self) -> str:
        return next(
            (n.heading for n in reversed(self.stack[:-1]) if n.mark and n.mark.family in {"section", "chapter"}), ""
        )

    def _parent_heading(self, node: _Node) -> str:
        return next((n.heading for n in reversed(self.stack) if n is not node and n.heading), "")

    # --- tables ------------------------------------------------------------------------------------------------

    def _grid(self, i: int, grid: Grid) -> None:
        start = self._put("\n".join("\t".join(row) for row in grid.rows))
        node = self.stack[-1]
        named, unit = None, ""
        for said in reversed(node.said[-2:]):
            unit = unit or tables.unit_of(said.text)
            if named := caption(said.text):
                node.said.remove(said)
                break
        annex = tuple(p for p in node.path if p.level in {Level.ANNEX, Level.NAME} and p.name != "引言")
        letter = tuple(p for p in node.path if p.level is Level.APPENDIX)
        path = (*annex, named[0]) if named else node.path
        title = named[1] if named else node.heading
        locator = _locator(path if not letter or not named else (*annex, named[0]))
        names, depth = tables.header(grid)
        self.tables.append(
            Table(
                locator=locator,
                caption=_plain_caption(title),
                unit=unit,
                header=names,
                rows=grid.rows[depth:],
                page=grid.page,
            )
        )
        held = _Node(None, path, _plain_caption(title), page=grid.page, box=grid.box, start=start, end=self.size - 1)
        held.rows = tables.rows(grid, unit)
        self.nodes.append(held)


def build(items: Sequence[Paragraph | Grid], facts: Facts, *, paged: bool = True) -> Tree:
    """The clause tree of a document; without ``paged`` its clauses name no page."""
    builder = _Builder(items, facts)
    builder.run()
    clauses = [clause for node in builder.nodes for clause in _clauses(node)]
    if not paged:
        clauses = [clause.model_copy(update={"page": None}) for clause in clauses]
    return Tree(_unique(clauses), tuple(builder.tables), tuple(_definitions(builder.nodes)), "\n".join(builder.text))


# --- nodes to clauses ------------------------------------------------------------------------------------------


def _locator(path: tuple[Part, ...]) -> Locator | None:
    return parse(Locator("", path).canonical()) if path else None


def _clauses(node: _Node) -> Iterator[Clause]:
    locator = _locator(node.path)
    heading = node.heading[:80] or "正文"
    if node.rows:
        for row in node.rows:
            yield _clause(node, locator, f"{heading}：{row.label}"[:100] if heading != row.label else heading, row.text)
        return
    if not node.said:
        if node.mark is not None:
            under = "\n".join(_outline(child) for child in node.children)
            if node.children and all(child.mark and child.mark.family == "article" for child in node.children):
                ends = [_locator(child.path) for child in (node.children[0], node.children[-1])]
                under = f"{heading}（{'至'.join(dict.fromkeys(at.text for at in ends if at))}）"
            yield _clause(node, locator, heading, under or heading, outline=True)
        return
    if node.mark is None and len(bare("".join(s.text for s in node.said))) < 4:
        return  # 附件1 above the title of the document itself
    pieces = list(_split(node))
    for n, (said, item) in enumerate(pieces):
        text, parts = _with_parts(node, said)
        where, name = locator, heading
        if item is not None:
            where = _locator((*node.path, Part(Level.ITEM, item.part.number)))
            name = label(item.rest)[0] or heading
        elif n:
            name = f"{heading}（续{n}）"
        yield _clause(node, where, name, text, parts=parts, span=(said[0].start, said[-1].end))


def _clause(
    node: _Node,
    locator: Locator | None,
    heading: str,
    text: str,
    *,
    outline: bool = False,
    parts: tuple[Place, ...] = (),
    span: tuple[int, int] | None = None,
) -> Clause:
    return Clause(
        locator=locator,
        heading=heading,
        text=text,
        strength=None if outline else _strength(text),
        text_status=TextStatus.ORIGINAL,
        page=node.page,
        span=span or (node.start, max(node.start, node.end)),
        box=node.box and (round(node.box[0], 1), round(node.box[1], 1), round(node.box[2], 1), round(node.box[3], 1)),
        outline=outline,
        parts=parts,
    )


def _strength(text: str) -> Strength | None:
    return next((strength for strength, pattern in _SHALL if pattern.search(text)), None)


def _outline(node: _Node) -> str:
    locator = _locator(node.path[-1:])
    place = locator.text if locator else ""
    return f"{place}{'' if place.endswith('）') else ' '}{node.heading}".strip()


def _plain_caption(text: str) -> str:
    return re.sub(r"[（(]\s*单位\s*[:：].*$", "", text).strip() or text


def _split(node: _Node) -> Iterator[tuple[list[_Said], Mark | None]]:
    """The text of a node in one piece, or, where it is long, in several: item by item in an article."""
    total = sum(len(s.text) for s in node.said)
    article = node.mark is not None and node.mark.family == "article"
    if total <= _LONG:
        yield list(node.said), None
        return
    piece: list[_Said] = []
    item: Mark | None = None
    for said in _short_enough(node.said):
        opens = article and said.item is not None and said.item.family == "subheading"
        if piece and (opens or sum(len(s.text) for s in piece) + len(said.text) > _LONG):
            yield piece, item
            piece, item = [], None
        if opens:
            item = said.item
        piece.append(said)
    yield piece, item


def _short_enough(said: Sequence[_Said]) -> Iterator[_Said]:
    for one in said:
        if len(one.text) <= _LONG:
            yield one
            continue
        at = 0
        while at < len(one.text):
            cut = one.text.rfind("。", at, at + _LONG) + 1 if len(one.text) - at > _LONG else len(one.text)
            cut = cut if cut > at else min(at + _LONG, len(one.text))
            yield _Said(one.text[at:cut], one.start + at, one.start + cut, one.item if at == 0 else None)
            at = cut


def _with_parts(node: _Node, said: Sequence[_Said]) -> tuple[str, tuple[Place, ...]]:
    """The paragraphs as one text, with the span of each 款 and 项 (or lettered item) in it."""
    text, places = "", []
    article = node.mark is not None and node.mark.family == "article"
    paragraph = 0
    letter: tuple[Part, ...] = ()
    numbers = [one.item.value for one in said if one.item and one.item.family == "subheading"]
    restarts = article and len(set(numbers)) < len(numbers)
    for n, one in enumerate(said):
        start = len(text) + bool(text)
        text = f"{text}\n{one.text}" if text else one.text
        part: tuple[Part, ...] = ()
        if one.item is not None:
            ordinal = article and one.item.family == "subheading"
            part = (Part(Level.ITEM, one.item.part.number) if ordinal else one.item.part,)
            # 第二十三条第三款第一项: where the items of an article begin anew, each list belongs to its own 款.
            part = (Part(Level.PARAGRAPH, (paragraph,)), *part) if restarts and paragraph else part
            if one.item.family == "lettered":
                letter = part
            part = (*letter, *part) if one.item.family == "paren" else part
        elif article and len(said) > 1 and not _within_items(said, n):
            paragraph += 1
            part = (Part(Level.PARAGRAPH, (paragraph,)),)
        if part:
            places.append(Place(locator=_locator((*node.path, *part)), start=start, end=len(text)))
    return text, tuple(places)


def _within_items(said: Sequence[_Said], n: int) -> bool:
    """Whether a paragraph stands between two items of one list, and so belongs to the first."""
    before = next((one.item.value for one in reversed(said[:n]) if one.item), None)
    after = next((one.item.value for one in said[n + 1 :] if one.item), None)
    return before is not None and after == before + 1


def _unique(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses of one place told apart by their headings: a second one of the same name is numbered."""
    seen: dict[tuple[str, str], int] = {}
    out = []
    for clause in clauses:
        key = (clause.locator.text if clause.locator else "", clause.heading)
        seen[key] = seen.get(key, 0) + 1
        out.append(
            clause if seen[key] == 1 else clause.model_copy(update={"heading": f"{clause.heading}（{seen[key]}）"})
        )
    return tuple(out)


# --- terms -----------------------------------------------------------------------------------------------------

_TERM_ITEM = re.compile(
    r"^(?:[“\"]?(?P<term>[^，。；：:“”\"]{2,30}?)[”\"]?)(?:[，,：:]\s*|\s*)(?:是指|指的是|系指|指)[：:，]?(?P<text>.{8,})",
    re.S,
)
_TERM_CALLED = re.compile(
    r"本(?:办法|条例|规定|方案|细则|指引|标准|文件|规范|制度)(?:中)?所称的?[“\"]?(?P<term>[^，。；：“”\"]{2,30}?)[”\"]?[，,]?\s*(?:是指|指|包括)(?P<text>[^。]{8,}。?)"
)
_TERM_ENGLISH = re.compile(
    r"^(?P<term>[\u4e00-\u9fff（）()、/0-9A-Za-z-]*?[\u4e00-\u9fff）)])\s+(?P<english>[A-Za-z][A-Za-z0-9 ,;()/’'-]+)$"
)


def _definitions(nodes: Sequence[_Node]) -> Iterator[Definition]:
    """The terms a document defines: a chapter on terms (GB/T 1.1 chapter 3), 用语的含义, 本办法所称…是指…."""
    seen: set[str] = set()
    chapter: tuple[int, ...] = ()
    for node in nodes:
        here = node.mark.part.number if node.mark and node.mark.family in {"dotted", "chapter-number"} else ()
        if node.mark and node.mark.family == "chapter-number":
            chapter = here if re.search(r"术语", node.heading) else ()
        text = "\n".join(s.text for s in node.said)
        found: list[tuple[str, str, tuple[Part, ...]]] = []
        if chapter and len(here) > 1 and here[:1] == chapter and text:
            english = _TERM_ENGLISH.match(node.heading)
            found.append((english["term"] if english else node.heading, text, node.path))
        meanings = bool(
            re.search(r"下列(?:用语|术语|名词)|(?:用语|术语)的?含义|名词解释|术语和定义", text[:60] + node.heading)
        )
        for said in node.said:
            called = _TERM_CALLED.search(said.text)
            if called:
                found.append((called["term"], called["text"], node.path))
            words = said.item.rest if said.item else said.text
            if meanings and (said.item or len(node.said) > 1) and (match := _TERM_ITEM.match(words)):
                path = (*node.path, Part(Level.ITEM, said.item.part.number)) if said.item else node.path
                found.append((match["term"], match["text"], path))
        if not found and node.said and (match := _TERM_ITEM.match(node.said[0].text)) and len(match["term"]) <= 14:
            stem = bare(match["term"])
            if stem.startswith(bare(node.heading)) and len(stem) >= 3 and "本" not in stem:
                found.append((match["term"], match["text"], node.path))
        for called_so, meaning, path in found:
            term = re.sub(r"^(?:的|本|该|前款所称)", "", called_so.strip('“”" 、'))
            if 2 <= len(term) <= 30 and term not in seen:
                seen.add(term)
                yield Definition(term=term, text=meaning.strip(), locator=_locator(path))
