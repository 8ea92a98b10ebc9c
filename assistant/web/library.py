"""The page 资料库: the documents and their clauses, figures side by side, versions, adding files, and searches looked into."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.trial import trial
from assistant.web.library_adding import adding
from corpus.errors import InputError, NearzeroError, UnknownClause
from corpus.holdings import TEXTS, Holding, holdings, outline, select
from corpus.indicators import IndicatorRecord, conflicts, lookup
from corpus.library import Corpus
from corpus.links import Link, documents_of, linked_from, links_of
from corpus.model import Confidence, Document, DocumentKind, Indicator, Region, Scene
from corpus.versions import ChangeKind, difference, edits, family, successor

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = ["build", "clause_card", "compared", "document_view", "indicator_view", "shelf_view", "trial_view"]

_SHOWN = 300
"""Documents, figures or changes that one list shows; narrower choices bring the rest."""

_AT_ONCE = 2
"""Searches, comparisons and files under way at the same moment."""

_STANDINGS = {"current": "未见废止", "draft": "征求意见稿", "replaced": "已被代替", "ended": "已结束或废止"}
_TOPICS = ("空调温度", "充电桩", "用水", "光伏", "碳排放", "公务用车 比例", "食堂 油烟", "垃圾")
_CHANGES: dict[ChangeKind, str] = {"changed": "改动", "renumbered": "改号", "added": "新增", "removed": "删去"}


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    say = place.say
    with gr.Column(elem_classes=["page", "library"]):
        begin = gr.HTML(
            place.render("library.html"), js_on_load=_script(), elem_id="library-head", apply_default_css=False
        )
        with gr.Tabs(elem_classes=["library-tabs"]) as tabs:
            with gr.Tab(say("文件"), id="documents") as shelf:
                opened = _documents(place, begin, shelf)
            with gr.Tab(say("指标"), id="indicators"):
                _indicators(place)
            with gr.Tab(say("版本对比"), id="versions") as versions:
                choices = _versions(place)
            with gr.Tab(say("添加文件"), id="adding"):
                control, refusal = adding(place)
            with gr.Tab(say("检索测试"), id="trial"):
                _trial(place)

    def start(request: gr.Request) -> dict[Any, Any]:
        """What depends on who reads."""
        may = place.user(request).administers
        return {control: gr.update(visible=may), refusal: gr.update(visible=not may)}

    def named() -> list[dict[str, Any]]:
        return [gr.update(choices=_named(place.assistant.corpus)) for _ in choices]

    begin.begin(start, None, [control, refusal], queue=False, **_hidden())
    versions.select(named, None, list(choices), queue=False, **_hidden())
    begin.open_tab(lambda: gr.update(selected="documents"), None, tabs, queue=False, **_hidden())
    for event in opened:
        event.failure(lambda: _broken(place), None, begin, queue=False, **_hidden())


# --- documents -----------------------------------------------------------------------------------------------------


def _documents(place: "Place", begin: gr.HTML, tab: gr.Tab) -> list[Any]:
    say = place.say
    every = [(say("全部"), "")]
    with gr.Column(elem_id="library-shelf") as shelf:
        with gr.Row(elem_classes=["library-filters"]):
            words = gr.Textbox(
                label=say("题名、文号、发文机关"),
                placeholder="节能条例",
                elem_id="library-words",
                scale=3,
                min_width=220,
            )
            chosen = [
                _choice(say("类别"), every + [(say(k.label), k.value) for k in DocumentKind], "library-kind"),
                _choice(say("地区"), every + [(say(r.value), r.value) for r in Region], "library-region"),
                _choice(say("状态"), every + [(say(v), k) for k, v in _STANDINGS.items()], "library-standing"),
                _choice(say("文字"), every + [(say(v), k) for k, v in TEXTS.items()], "library-wording"),
                _choice(say("读取程度"), every + [(say(c.label), c.value) for c in Confidence], "library-confidence"),
            ]
            years = gr.Textbox(
                label=say("年份"), placeholder="2021-2024", elem_id="library-years", scale=1, min_width=110
            )
        listed = gr.HTML(shelf_view(place, holdings(place.assistant.corpus)), elem_id="library-list", js_on_load=None, apply_default_css=False)  # fmt: skip
    reader = gr.HTML("", elem_id="library-document", js_on_load=None, apply_default_css=False)

    def narrow(given: str | None, *asked: str | None) -> str:
        *picked, period = asked
        kind, region, standing, wording, confidence = (value or None for value in picked)
        try:
            found = select(
                holdings(place.assistant.corpus),
                words=given or "",
                kind=kind,
                region=region,
                standing=standing,
                wording=wording,
                confidence=confidence,
                years=_period(period or ""),
            )
        except InputError as error:
            return _failed(place, str(error))
        return shelf_view(place, found)

    def open_document(event: gr.EventData) -> dict[Any, Any]:
        try:
            shown = document_view(place, str(event.document), str(event.clause))
        except UnknownClause as error:
            shown = _failed(place, str(error))
        return {reader: shown, shelf: gr.update(visible=False)}

    def close() -> dict[Any, Any]:
        return {reader: "", shelf: gr.update(visible=True)}

    inputs: list[Any] = [words, *chosen, years]
    for part in inputs:
        part.change(narrow, inputs, listed, queue=False, trigger_mode="always_last", **_hidden())
    return [
        begin.open_document(open_document, None, [reader, shelf], queue=False, **_hidden()),
        begin.close_document(close, None, [reader, shelf], queue=False, **_hidden()),
        tab.select(narrow, inputs, listed, queue=False, **_hidden()),
    ]


def _choice(label: str, choices: Sequence[tuple[str, str]], name: str) -> gr.Dropdown:
    return gr.Dropdown(
        list(choices), value="", label=label, elem_id=name, scale=1, min_width=130, filterable=False, allow_custom_value=False
    )  # fmt: skip


def _period(text: str) -> tuple[int, int] | None:
    """``2021`` or ``2021-2024``; nothing for an empty field. Raises ``InputError``."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{4})\s*年?\s*(?:[-—－–~～至到]\s*(\d{4})\s*年?)?\s*", text)
    if found is None:
        raise InputError("年份看不懂：请写成 2021 或 2021-2024 这样。")
    first, last = int(found[1]), int(found[2] or found[1])
    return min(first, last), max(first, last)


def shelf_view(place: "Place", found: Sequence[Holding]) -> str:
    """Documents as a table, each a link that opens it."""
    return place.render(
        "library_list.html",
        found=found[:_SHOWN],
        left=max(len(found) - _SHOWN, 0),
        clauses=sum(len(h.document.clauses) for h in found),
        standings=_STANDINGS,
        texts=TEXTS,
    )


def document_view(place: "Place", document_id: str, key: str = "") -> str:
    """A document: its facts, the tree of its clauses, and one clause open. Raises ``UnknownClause``."""
    corpus = place.assistant.corpus
    clause = corpus.get(key) if key else None
    document = corpus.document(clause.document_id if clause else document_id)
    held = next(h for h in holdings(corpus) if h.document.id == document.id)
    return place.render(
        "library_document.html",
        document=document,
        held=held,
        texts=TEXTS,
        facts=_facts(document),
        addresses=[s.address for s in document.sources if s.address and s.address.startswith(("https://", "http://"))],
        nodes=outline(document),
        versions=[d for d in family(corpus, document.id) if d.id != document.id],
        named=documents_of(corpus, document),
        open=clause.key if clause else "",
        card=Markup(clause_card(place, clause.key)) if clause else "",
    )


def clause_card(place: "Place", key: str) -> str:
    """One clause with its figures, what it points at and what points at it. Raises ``UnknownClause``."""
    corpus = place.assistant.corpus
    clause = corpus.get(key)
    document = corpus.document_of(clause)
    position = document.clauses.index(clause)
    return place.render(
        "library_clause.html",
        clause=clause,
        document=document,
        rows=[_figure(i) for i in clause.indicators],
        out=[_Pointer(link.text, *_target(corpus, link)) for link in links_of(corpus, clause)],
        back=[_pointing(corpus, key) for key, _ in linked_from(corpus, key)],
        previous=document.clauses[position - 1] if position else None,
        following=document.clauses[position + 1] if position + 1 < len(document.clauses) else None,
        position=position + 1,
        newer=successor(corpus, document.id),
        digests=[c for c in document.replaced if c.locator is not None and c.locator == clause.locator],
    )


@dataclass(frozen=True, slots=True)
class _Pointer:
    """A link between clauses: what is written, and the clause or document it opens, if held."""

    text: str
    clause: str | None = None
    document: str | None = None


def _target(corpus: Corpus, link: Link) -> tuple[str | None, str | None]:
    return (link.keys[0] if link.keys else None), link.document_id


def _pointing(corpus: Corpus, key: str) -> _Pointer:
    clause = corpus.get(key)
    return _Pointer(f"{corpus.document_of(clause).titled}{clause.place}", key, clause.document_id)


@dataclass(frozen=True, slots=True)
class _Figure:
    """One indicator as a row of the table."""

    name: str
    written: str
    year: str
    scope: str


def _figure(indicator: Indicator) -> _Figure:
    year = f"{indicator.year}年" if indicator.year else ""
    base = f"（比{indicator.base_year}年）" if indicator.base_year else ""
    return _Figure(indicator.name, indicator.written, f"{year}{base}" or "—", indicator.scope or "—")


def _facts(document: Document) -> list[tuple[str, str]]:
    held = (
        ("文号", document.number),
        ("发文机关", document.issuer),
        ("印发日期", document.issued),
        ("施行日期", document.effective),
        ("类别", document.kind.label),
        ("地区", document.region.value),
        ("读取程度", document.confidence.label),
        ("文本来源", "、".join(dict.fromkeys(s.kind.label for s in document.sources))),
        ("来自文件", document.file_name),
        ("编号", document.id),
    )
    return [(name, value) for name, value in held if value]


# --- figures -------------------------------------------------------------------------------------------------------


def _indicators(place: "Place") -> None:
    say = place.say
    with gr.Row(elem_classes=["library-filters"]):
        topic = gr.Textbox(
            label=say("要查的事项"), placeholder=_TOPICS[0], submit_btn=say("查"), elem_id="indicator-topic", scale=3
        )
        scene = _choice(say("场景"), [(say("全部"), ""), *((s.value, s.value) for s in Scene)], "indicator-scene")
        scope = gr.Textbox(
            label=say("范围或地区"), placeholder="深圳", elem_id="indicator-scope", scale=1, min_width=130
        )
    with gr.Row(elem_classes=["library-topics"]):
        topics = [gr.Button(word, size="sm", scale=0, min_width=0) for word in _TOPICS]
    result = gr.HTML("", elem_id="indicator-result", js_on_load=None, apply_default_css=False)

    def find(asked: str | None, at: str | None, within: str | None) -> str:
        if not asked or not asked.strip():
            return _failed(place, "请写要查的事项，如 充电桩；几个词用空格隔开。")
        found = lookup(
            place.assistant.corpus, asked, scene=Scene(at) if at else None, scope=(within or "").strip() or None
        )
        return indicator_view(place, asked, found)

    asked = [topic.submit(find, [topic, scene, scope], result, queue=False, **_hidden())]
    asked += [part.change(find, [topic, scene, scope], result, queue=False, **_hidden()) for part in (scene,)]
    for button in topics:
        filled = button.click(lambda word: word, button, topic, queue=False, **_hidden())
        asked.append(filled.then(find, [topic, scene, scope], result, queue=False, **_hidden()))
    for event in asked:
        event.failure(lambda: _broken(place), None, result, queue=False, **_hidden())


def indicator_view(place: "Place", topic: str, found: Sequence[IndicatorRecord]) -> str:
    """Figures of a topic: those that disagree side by side, then every one with its clause."""
    return place.render(
        "library_indicators.html",
        topic=topic,
        found=found[:_SHOWN],
        total=len(found),
        groups=conflicts(found),
    )


# --- versions ------------------------------------------------------------------------------------------------------


def _versions(place: "Place") -> tuple[gr.Dropdown, gr.Dropdown]:
    say = place.say
    named = _named(place.assistant.corpus)
    first = next((group for d in place.assistant.corpus.documents if len(group := family(place.assistant.corpus, d.id)) > 1), ())  # fmt: skip
    with gr.Row(elem_classes=["library-filters"]):
        old, new = (
            gr.Dropdown(
                named,
                value=first[n].id if first else None,
                label=say(label),
                filterable=True,
                elem_id=f"version-{name}",
                scale=3,
            )
            for n, (name, label) in enumerate((("old", "原来的版本"), ("new", "新的版本")))
        )
        start = gr.Button(say("对比"), variant="primary", elem_id="version-start", scale=0, min_width=110)
    result = gr.HTML("", elem_id="version-result", js_on_load=_asset("static/review.js"), apply_default_css=False)

    def run(before: str | None, after: str | None) -> str:
        try:
            if not before or not after:
                raise InputError("请选两份文件来对比。")
            if before == after:
                raise InputError("选的是同一份文件：请换一份。")
            return compared(place, before, after)
        except NearzeroError as error:
            return _failed(place, str(error))

    asked = start.click(run, [old, new], result, concurrency_limit=_AT_ONCE, concurrency_id="diff", **_hidden())
    asked.failure(lambda: _broken(place), None, result, queue=False, **_hidden())
    return old, new


def _named(corpus: Corpus) -> list[tuple[str, str]]:
    return [(f"{d.name}　{(d.effective or d.issued or '')[:10]}".strip(), d.id) for d in corpus.documents]


def compared(place: "Place", old: str, new: str) -> str:
    """What changed from one document to the other, clause by clause, figures first. Raises ``UnknownClause``."""
    corpus = place.assistant.corpus
    before, after = corpus.document(old), corpus.document(new)
    changes = sorted(difference(before, after), key=lambda c: not c.figures)
    counts = Counter(change.kind for change in changes)
    return place.render(
        "library_diff.html",
        before=before,
        after=after,
        changes=changes[:_SHOWN],
        left=max(len(changes) - _SHOWN, 0),
        counts=[(kind, label, counts[kind]) for kind, label in _CHANGES.items() if counts[kind]],
        labels=_CHANGES,
        edits=edits,
    )


# --- a search looked into ------------------------------------------------------------------------------------------


def _trial(place: "Place") -> None:
    say = place.say
    with gr.Row(elem_classes=["library-filters"]):
        query = gr.Textbox(
            label=say("问题或检索词"),
            placeholder="夏天空调最低开几度",
            submit_btn=say("检索"),
            elem_id="trial-query",
            scale=3,
        )
        count = gr.Slider(5, 50, value=20, step=5, label=say("条数"), elem_id="trial-count", scale=1, min_width=180)
    result = gr.HTML("", elem_id="trial-result", js_on_load=None, apply_default_css=False)

    def run(asked: str | None, most: int) -> str:
        try:
            return trial_view(place, asked or "", int(most))
        except NearzeroError as error:
            return _failed(place, str(error))

    asked = query.submit(run, [query, count], result, concurrency_limit=_AT_ONCE, concurrency_id="trial", **_hidden())
    asked.failure(lambda: _broken(place), None, result, queue=False, **_hidden())


def trial_view(place: "Place", query: str, most: int) -> str:
    """The clauses a query finds with the scores of each leg, as HTML. Raises ``InputError``."""
    return place.render("library_trial.html", trial=trial(place.assistant.core, query, min(max(most, 1), 50)))


# --- shared --------------------------------------------------------------------------------------------------------


def _script() -> str:
    return _asset("static/library.js")


def _asset(name: str) -> str:
    return (resources.files("assistant.web") / name).read_text(encoding="utf-8")


def _failed(place: "Place", line: str) -> str:
    return place.render("notice.html", line=place.say(line), tone="error")


def _broken(place: "Place") -> str:
    return _failed(place, "程序出了问题，没有做完。请再试一次；若还不行，请告诉管理员。")


def _hidden() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}
