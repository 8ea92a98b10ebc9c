"""What is wrong in a library: ids, numbers of clauses, figures, links, dates, provenance."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.indicators import pint_unit, unit_words
from corpus.library import Corpus
from corpus.links import documents_of, links_of
from corpus.locator import Level, parse
from corpus.model import Clause, Document, Indicator, SourceKind

__all__ = ["Finding", "Rule", "Severity", "lint"]

Severity = Literal["error", "note"]
Rule = Literal["id", "locator", "figure", "link", "date", "provenance", "version"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (``error``) or worth a look (``note``), with the document or clause it is in."""

    severity: Severity
    rule: Rule
    place: str
    message: str


def lint(corpus: Corpus) -> tuple[Finding, ...]:
    """Everything wrong in the corpus, errors first.

    >>> from corpus.library import load
    >>> [finding for finding in lint(load()) if finding.severity == "error"]
    []
    """
    found: list[Finding] = []
    for document in corpus.documents:
        found += _document(corpus, document)
        for clause in document.clauses:
            found += _clause(corpus, clause)
    found += _aliases(corpus)
    return tuple(sorted(found, key=lambda f: (f.severity, f.rule, f.place)))


_DATE = re.compile(r"(?<!\d)(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?!\d)")


def _document(corpus: Corpus, document: Document) -> Iterator[Finding]:
    dates = (("印发", document.issued), ("施行", document.effective), ("失效", document.expires))
    faults = [(field, text, fault) for field, text in dates if text and (fault := _date_fault(text))]
    for field, text, fault in faults:
        yield Finding("error", "date", document.id, f"{field}日期“{text}”{fault}")
    if not faults:
        yield from _order(document)
    for source in document.sources:
        if source.address and not re.match(r"https?://[^/]+\.gov\.cn(?:[/:]|$)", source.address):
            yield Finding("error", "provenance", document.id, "只有政府网站的地址可以留在资料里")
        if source.kind is SourceKind.OFFICIAL and not source.address:
            yield Finding("note", "provenance", document.id, "写明读自官方网页，但没有地址")
    held = {d.id for d in corpus.documents}
    for other in (document.superseded_by, *document.replaces):
        if other and other not in held:
            yield Finding("error", "version", document.id, f"所指的文件 {other} 不在资料库")
        if other == document.id:
            yield Finding("error", "version", document.id, "文件写成了代替自己")
    for link in documents_of(corpus, document):
        if not link.resolved:
            yield Finding("note", "link", document.id, f"点名的文件不在资料库：{link.text}")
    yield from _repeated(document)


def _order(document: Document) -> Iterator[Finding]:
    """Issue, entry into force and end in their order; issue is often known by the year alone."""
    issued, begins, ends = document.issued_on, document.effective_on, document.expires_on
    if issued and begins and begins < issued.replace(month=1, day=1):
        yield Finding("note", "date", document.id, f"施行（{document.effective}）早于印发（{document.issued}）")
    if begins and ends and ends < begins:
        yield Finding("error", "date", document.id, "失效日期早于施行日期")


def _repeated(document: Document) -> Iterator[Finding]:
    """One number that reads as two, or the same text twice."""
    written: dict[str, set[str]] = {}
    for clause in document.clauses:
        if clause.locator is not None and clause.locator.parts:
            written.setdefault(clause.locator.canonical(), set()).add(clause.locator.text.strip())
    for canonical, texts in written.items():
        if len(texts) > 1:
            yield Finding(
                "note", "locator", document.id, f"同一条号有几种写法：{'、'.join(sorted(texts))}（{canonical}）"
            )
    for text, count in Counter(c.text for c in document.clauses).items():
        if count > 1:
            yield Finding("error", "id", document.id, f"有 {count} 条内容相同：{text[:30]}…")


def _date_fault(text: str) -> str | None:
    for match in _DATE.finditer(text):
        month, day = match[2], match[3]
        if month and not 1 <= int(month) <= 12:
            return "月份不对"
        if day and not 1 <= int(day) <= 31:
            return "日期不对"
    return None


def _clause(corpus: Corpus, clause: Clause) -> Iterator[Finding]:
    if clause.locator is not None:
        if not clause.locator.parts:
            yield Finding("error", "locator", clause.key, f"条号“{clause.locator.text}”读不出来")
        elif parse(clause.locator.canonical()).parts != clause.locator.parts and _plain(clause):
            yield Finding("error", "locator", clause.key, f"条号“{clause.locator.text}”换一种写法就不是同一条")
    for indicator in clause.indicators:
        yield from _indicator(clause, indicator)
    for link in links_of(corpus, clause):
        if not link.resolved:
            what = "所指条款" if link.kind == "clause" else "点名的文件"
            yield Finding("note", "link", clause.key, f"{what}不在资料库：{link.text}")


def _plain(clause: Clause) -> bool:
    return clause.locator is not None and all(p.level is not Level.NAME for p in clause.locator.parts)


def _indicator(clause: Clause, indicator: Indicator) -> Iterator[Finding]:
    if indicator.unit in unit_words("date"):
        if not isinstance(indicator.value, str) or not re.search(r"\d", indicator.value):
            yield Finding("error", "figure", clause.key, f"{indicator.name}的日期“{indicator.value}”读不出来")
    elif indicator.unit not in unit_words("ordinal") and pint_unit(indicator.unit) is None:
        yield Finding("error", "figure", clause.key, f"{indicator.name}的单位“{indicator.unit}”没有对应的计量单位")
    elif isinstance(indicator.value, str):
        yield Finding("note", "figure", clause.key, f"{indicator.name}的值“{indicator.value}”是文字，不能参与比较")
    for year in (indicator.year, indicator.base_year):
        if year is not None and not 1980 <= year <= 2060:
            yield Finding("error", "figure", clause.key, f"{indicator.name}的年份 {year} 不合理")
    if indicator.year and indicator.base_year and indicator.base_year >= indicator.year:
        yield Finding(
            "error", "figure", clause.key, f"{indicator.name}的基准年 {indicator.base_year} 不早于 {indicator.year}"
        )


def _aliases(corpus: Corpus) -> Iterator[Finding]:
    """A short name that stands for two documents cannot be resolved."""
    held: dict[str, set[str]] = {}
    for document in corpus.documents:
        for alias in document.aliases:
            held.setdefault(alias, set()).add(document.id)
    for alias, ids in held.items():
        if len(ids) > 1:
            yield Finding("error", "id", "、".join(sorted(ids)), f"简称“{alias}”指向不止一份文件")
