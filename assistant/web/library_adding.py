"""Adding files on the page 资料库, for administrators: read, confirmed one after the other, put in, and in use at once."""

import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.adding import ADDING, Added, Proposal, Shelf
from corpus.errors import InputError, NearzeroError
from corpus.ingest import Reader
from corpus.ingest.store import remove
from corpus.model import DocumentKind, Region

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = ["adding"]

_FIELDS = (
    ("title", "题名"),
    ("number", "文号"),
    ("issuer", "发文机关"),
    ("issued", "印发日期"),
    ("effective", "施行日期"),
)
_NAMES = (*(name for name, _ in _FIELDS), "kind", "region")
_ADMINISTRATORS = "添加文件由管理员来做：请把文件交给管理员。"

Updates = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Files that were read and are to be confirmed one after the other. Stays on the server."""

    proposals: tuple[Proposal, ...] = ()
    total: int = 0

    @property
    def first(self) -> Proposal | None:
        return self.proposals[0] if self.proposals else None

    def after(self, done: int) -> "_Waiting":
        return _Waiting(self.proposals[done:], self.total)


def _nothing() -> _Waiting:
    # A function and not the class: Gradio takes a dataclass for a value to be written into the page.
    return _Waiting()


@dataclass(frozen=True, slots=True)
class _Form:
    """The components, and what they show."""

    place: "Place"
    files: gr.File
    log: gr.HTML
    body: gr.Column
    head: gr.HTML
    fields: tuple[Any, ...]
    put: gr.Button
    skip: gr.Button
    everything: gr.Button
    waiting: gr.State

    @property
    def outputs(self) -> list[Any]:
        return [self.log, self.body, self.head, *self.fields, self.everything, self.waiting]

    def said(self, lines: Sequence[str], working: str = "") -> Updates:
        return {
            self.log: self.place.render(
                "library_log.html", lines=[self.place.say(line) for line in lines], working=working
            )
        }

    def working(self, line: str, lines: Sequence[str] = ()) -> Updates:
        return {**self.said(lines, line), self.body: gr.update(visible=False)}

    def ask(self, lines: Sequence[str], held: _Waiting) -> Updates:
        """What happened so far, and the next file to confirm."""
        shown = {**self.said(lines), self.waiting: held}
        proposal = held.first
        if proposal is None or proposal.document is None:
            return {**shown, self.body: gr.update(visible=False)}
        record = proposal.document.model_dump(mode="json", include=set(_NAMES))
        number = held.total - len(held.proposals) + 1
        return {
            **shown,
            self.body: gr.update(visible=True),
            self.head: self.place.render("library_proposal.html", proposal=proposal, number=number, total=held.total),
            self.everything: gr.update(visible=len(held.proposals) > 1),
            **{field: gr.update(value=record[name] or "") for field, name in zip(self.fields, _NAMES, strict=True)},
        }


def adding(place: "Place") -> tuple[gr.Column, gr.HTML]:
    """Place the form, which is shown to administrators only, and the line that everyone else reads instead."""
    line = place.render("notice.html", line=place.say(_ADMINISTRATORS), tone="quiet")
    refusal = gr.HTML(line, elem_id="adding-refusal", js_on_load=None, apply_default_css=False)
    with gr.Column(visible=False, elem_id="adding") as control:
        form = _form(place)

    def take(paths: list[str] | None, request: gr.Request) -> Iterator[Updates]:
        """Read the files in a child process that can be stopped; nothing is put in yet."""
        try:
            _only_administrators(place, request)
            yield from _read(form, paths or [])
        except NearzeroError as error:
            yield {**form.ask([str(error)], _Waiting()), form.files: None}

    def confirm(held: _Waiting, request: gr.Request, *values: str | None) -> Iterator[Updates]:
        try:
            _only_administrators(place, request)
            proposal = _stated(Shelf(place.assistant.settings), held, values)
        except NearzeroError as error:
            yield form.said([str(error)])  # the form stays as it was filled in
            return
        yield from _put_in(form, held, [proposal], request)

    def confirm_all(held: _Waiting, request: gr.Request) -> Iterator[Updates]:
        try:
            _only_administrators(place, request)
        except InputError as error:
            yield form.ask([str(error)], _Waiting())
            return
        yield from _put_in(form, held, held.proposals, request)

    def pass_over(held: _Waiting) -> Updates:
        lines = [place.say("{file}：没有添加。", file=held.first.file)] if held.first else []
        return form.ask(lines, held.after(1))

    def broken() -> Updates:
        return form.said([place.say("程序出了问题，没有做完。请再试一次；若还不行，请告诉管理员。")])

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    one: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "adding", **quiet}
    asked = [
        form.files.upload(take, form.files, [*form.outputs, form.files], **one),
        form.put.click(confirm, [form.waiting, *form.fields], form.outputs, **one),
        form.everything.click(confirm_all, form.waiting, form.outputs, **one),
        form.skip.click(pass_over, form.waiting, form.outputs, queue=False, **quiet),
    ]
    for event in asked:
        event.failure(broken, None, form.log, queue=False, **quiet)
    return control, refusal


def _form(place: "Place") -> _Form:
    say = place.say
    gr.HTML(place.render("library_adding.html"), js_on_load=None, apply_default_css=False)
    files = gr.File(
        label=say("PDF、DOCX、HTML、TXT、Markdown 或扫描图片，可以有多个"),
        file_count="multiple",
        type="filepath",
        elem_id="adding-files",
    )
    log = gr.HTML("", elem_id="adding-log", js_on_load=None, apply_default_css=False)
    with gr.Column(visible=False, elem_id="adding-form") as body:
        head = gr.HTML("", js_on_load=None, apply_default_css=False)
        with gr.Row(elem_classes=["library-filters"]):
            fields = [gr.Textbox(label=say(label), elem_id=f"adding-{name}", min_width=240) for name, label in _FIELDS]
            choices = (
                ("kind", "类别", [(say(k.label), k.value) for k in DocumentKind]),
                ("region", "地区", [(say(r.value), r.value) for r in Region]),
            )
            picked = [
                gr.Dropdown(values, label=say(label), elem_id=f"adding-{name}", filterable=False, min_width=140)
                for name, label, values in choices
            ]
        with gr.Row(elem_classes=["review-actions"]):
            put = gr.Button(say("确认入库"), variant="primary", elem_id="adding-put", scale=0, min_width=140)
            skip = gr.Button(say("不添加这一份"), elem_id="adding-skip", scale=0, min_width=140)
            everything = gr.Button(say("余下的都按读出的信息入库"), elem_id="adding-all", scale=0, min_width=240)
    return _Form(place, files, log, body, head, (*fields, *picked), put, skip, everything, gr.State(_nothing))


def _only_administrators(place: "Place", request: gr.Request) -> None:
    """Raises ``InputError`` for anyone else, who is written down as refused."""
    if not place.user(request).administers:
        place.note(request, "corpus.add", done=False)
        raise InputError(place.say(_ADMINISTRATORS))


def _read(form: _Form, paths: Sequence[str]) -> Iterator[Updates]:
    say = form.place.say
    lines: list[str] = []
    found: list[Proposal] = []
    shelf = Shelf(form.place.assistant.settings)
    with Reader() as reader:
        for n, path in enumerate(paths, 1):
            yield form.working(say("正在读第 {n} 份，共 {total} 份…", n=n, total=len(paths)), lines)
            try:
                proposal = shelf.propose(Path(path), reader)
            except InputError as error:
                lines.append(str(error))
                continue
            if twin := _twin(found, proposal):
                lines.append(say("{file}：和 {other} 内容相同，只添加一份。", file=proposal.file, other=twin))
            elif proposal.document is None:
                said = "{file}：已在库中（{held}），内容相同，没有重复添加。"
                lines.append(say(said, file=proposal.file, held=proposal.held))
            else:
                found.append(proposal)
    yield {**form.ask(lines, _Waiting(tuple(found), len(found))), form.files: None}


def _twin(found: Sequence[Proposal], proposal: Proposal) -> str:
    """The file of the same content that was read before it, if any."""
    if proposal.read is None:
        return ""
    digest = proposal.read.content_hash
    return next((p.file for p in found if p.read is not None and p.read.content_hash == digest), "")


def _stated(shelf: Shelf, held: _Waiting, values: Sequence[str | None]) -> Proposal:
    """The first file with what was changed in the form. Raises ``InputError``."""
    if held.first is None or held.first.document is None:
        raise InputError("没有要入库的文件：请先选择文件。")
    record = held.first.document.model_dump(mode="json", include=set(_NAMES))
    given = dict(zip(_NAMES, ((value or "").strip() for value in values), strict=True))
    return shelf.state(held.first, {name: value for name, value in given.items() if value != (record[name] or "")})


def _put_in(form: _Form, held: _Waiting, proposals: Sequence[Proposal], request: gr.Request) -> Iterator[Updates]:
    """Put these in, bring the index in line, and let answers use them; what cannot be used is taken out again."""
    place = form.place
    yield form.working(place.say("正在入库…"))
    lines: list[str] = []
    with ADDING:
        settings = place.assistant.settings
        shelf, made = Shelf(settings), list[tuple[str, Added]]()
        for proposal in proposals:
            try:
                added = shelf.add(proposal)
            except InputError as error:
                lines.append(f"{proposal.file}：{error}")
                continue
            made.append((proposal.file, added))
            place.note(request, "corpus.add", f"{added.document.id} {proposal.file}")
        if not made:
            yield form.ask(lines, held)
            return
        try:
            for done, total in _reloading(place):
                yield form.working(place.say("正在更新索引：{done}/{total} 条…", done=done, total=total))
        except NearzeroError as error:
            for file, added in made:
                remove(added.document.id, settings.documents_path)
                place.note(request, "corpus.remove", f"{added.document.id} {file}")
            place.assistant.reload()
            yield form.ask([str(error)], held)
            return
    yield form.ask([*lines, *(_said(place, file, added) for file, added in made)], held.after(len(proposals)))


def _said(place: "Place", file: str, added: Added) -> str:
    line = place.say(
        "{file}：已入库（{target}），条款 {clauses} 条，现在就能查到和引用。",
        file=file,
        target=added.target,
        clauses=len(added.document.clauses),
    )
    if not any(d.id == added.target for d in (added.document, *added.versions)):
        line += place.say("原文取代了库里的摘编。")
    if added.versions:
        line += place.say("另有 {n} 个版本，按日期选用。", n=len(added.versions))
    if added.differences:
        line += place.say("摘编有 {n} 个数字与原文不同。", n=len(added.differences))
    return line


def _reloading(place: "Place") -> Iterator[tuple[int, int]]:
    """Reload the assistant in a thread and tell how far its index is. Raises what the reload raises."""
    told: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            place.assistant.reload(lambda done, total: told.put((done, total)))
        finally:
            told.put(None)

    with ThreadPoolExecutor(1, "adding") as pool:
        reloading = pool.submit(work)
        while (step := told.get()) is not None:
            yield step
        reloading.result()
