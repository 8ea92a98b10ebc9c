"""The typed records of the library: a document, its clauses, the indicators they set, where each was read."""

import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from corpus.locator import Locator, parse

__all__ = [
    "Clause",
    "Confidence",
    "Definition",
    "Document",
    "DocumentKind",
    "Indicator",
    "Place",
    "Region",
    "Scene",
    "Source",
    "SourceKind",
    "Strength",
    "Table",
    "TextStatus",
    "titled",
]


class Strength(StrEnum):
    """How binding a clause is; ``None`` on a clause means background, not a requirement."""

    SHALL = "应"
    SHOULD = "宜"
    MAY = "可"
    SHALL_NOT = "不得"
    ENCOURAGED = "鼓励"
    TARGET = "目标"


class TextStatus(StrEnum):
    """Whether the clause text is our digest (摘编) or the official wording (原文)."""

    DIGEST = "digest"
    ORIGINAL = "original"

    @property
    def label(self) -> str:
        return {"digest": "摘编", "original": "原文"}[self.value]


class Confidence(StrEnum):
    """How much of the source was read when the digest was made."""

    FULL = "full-text-read"
    PARTIAL = "partial-text-read"
    SECONDARY = "secondary-source"

    @property
    def label(self) -> str:
        return {"full-text-read": "读过全文", "partial-text-read": "读过部分原文", "secondary-source": "仅有转述"}[
            self.value
        ]


class DocumentKind(StrEnum):
    """What sort of document it is."""

    LAW = "law"
    REGULATION = "regulation"
    POLICY = "policy"
    STANDARD = "standard"
    REPORT = "report"
    CASE = "case"
    GLOSSARY = "glossary"

    @property
    def label(self) -> str:
        return {
            "law": "法律",
            "regulation": "法规规章",
            "policy": "政策文件",
            "standard": "标准",
            "report": "报告资料",
            "case": "案例",
            "glossary": "名词表",
        }[self.value]


class Region(StrEnum):
    """Where a document applies; ``ELSEWHERE`` is another province or city, for comparison only."""

    NATIONAL = "全国"
    GUANGDONG = "广东"
    SHENZHEN = "深圳"
    ELSEWHERE = "外地"


class Scene(StrEnum):
    """The nine scenes of a near-zero-carbon compound."""

    GENERAL = "总体"
    BUILDING = "办公大楼"
    PARKING = "停车场"
    FLEET = "公务用车"
    CANTEEN = "食堂"
    OFFICE = "办公活动"
    PROPERTY = "物业服务"
    MEETING = "会议活动"
    SUPERVISION = "监督评价"


class SourceKind(StrEnum):
    """Where the text was read."""

    OFFICIAL = "official-page"
    LAW_DATABASE = "law-database"
    REPRINT = "reprint"
    NEWS = "news"
    GIVEN = "given-file"

    @property
    def label(self) -> str:
        return {
            "official-page": "官方网页",
            "law-database": "法规库",
            "reprint": "转载",
            "news": "新闻报道",
            "given-file": "随项目提供的文件",
        }[self.value]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Record):
    """Where a text was read; ``address`` only for official pages."""

    kind: SourceKind
    address: str | None = None

    @model_validator(mode="after")
    def _official_only(self) -> "Source":
        if self.address is not None and self.kind is not SourceKind.OFFICIAL:
            raise ValueError("只有官方网页可以留地址")
        return self


class Indicator(_Record):
    """One figure a clause sets or reports; ``year``: target or data year, ``base_year``: year compared with."""

    name: str = Field(min_length=1)
    value: float | str | tuple[float, ...]
    unit: str
    comparator: Literal["=", ">=", "<=", ">", "<", "≈"]
    year: int | None = None
    base_year: int | None = None
    scope: str | None = None

    @cached_property
    def written(self) -> str:
        """The figure as a person writes it.

        >>> Indicator(name="夏季", value=26, unit="℃", comparator=">=").written
        '≥26 ℃'
        """
        sign = {">=": "≥", "<=": "≤", "=": ""}.get(self.comparator, self.comparator)
        gap = "" if self.unit in {"%", "", "日期", "年月"} or (not self.unit.isascii() and self.unit != "℃") else " "
        unit = "" if self.unit in {"日期", "年月"} else self.unit
        if isinstance(self.value, tuple):
            joint = "～" if len(self.value) == 2 and self.value[0] < self.value[1] else "、"
            return f"{sign}{joint.join(f'{v:g}' for v in self.value)}{gap}{unit}"
        value = self.value if isinstance(self.value, str) else f"{self.value:.10g}"
        return f"{sign}{value}{gap}{unit}"


def _locator(value: object) -> object:
    return parse(value) if isinstance(value, str) else value


LocatorField = Annotated[
    Locator | None,
    BeforeValidator(_locator),
    PlainSerializer(lambda v: None if v is None else v.text, return_type=str | None),
]


class Place(_Record):
    """A numbered place inside a clause (a 款 or 项) and the span of the clause text it takes."""

    locator: LocatorField = None
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Table(_Record):
    """A table of an original text as printed: names of the columns (none for a form), rows, and the unit of the whole."""

    locator: LocatorField = None
    caption: str = ""
    unit: str = ""
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None


class Definition(_Record):
    """A term a document defines, in its own words."""

    term: str = Field(min_length=1)
    text: str = Field(min_length=1)
    locator: LocatorField = None


class Clause(_Record):
    """One clause, in our words (digest) or the official ones (original).

    ``locator`` is ``None`` where the source shows no number: the clause then goes by document and heading,
    and is shown as such. ``key`` is unique over the whole corpus.
    """

    key: str = ""
    document_id: str = ""
    locator: LocatorField = None
    heading: str = Field(min_length=1)
    text: str = Field(min_length=1)
    scenes: tuple[Scene, ...] = ()
    strength: Strength | None = None
    indicators: tuple[Indicator, ...] = ()
    note: str | None = None
    indicators_named: tuple[str, ...] = ()
    indicator_sources: tuple[str, ...] = ()
    values_given: bool = True
    text_status: TextStatus = TextStatus.DIGEST
    page: int | None = None
    """Page of the file the original was read from."""
    span: tuple[int, int] | None = None
    """Start and end in the whole text of the document as read."""
    box: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of the first line, in points from the upper left corner of the page."""
    outline: bool = False
    """A heading without text of its own: ``text`` then lists the headings under it."""
    parts: tuple[Place, ...] = ()

    @property
    def place(self) -> str:
        """How the clause is named to a reader: its locator, or its heading where there is none."""
        return self.locator.text if self.locator else f"“{self.heading}”（条号未读到）"


class Document(_Record):
    """One document of the library with its provenance."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    number: str | None = None
    issuer: str | None = None
    issued: str | None = None
    effective: str | None = None
    kind: DocumentKind
    region: Region
    status: str | None = None
    confidence: Confidence
    sources: tuple[Source, ...] = Field(min_length=1)
    note: str | None = None
    aliases: tuple[str, ...] = ()
    documents_named: tuple[str, ...] = ()
    values_given: bool = True
    superseded_by: str | None = None
    replaces: tuple[str, ...] = ()
    expires: str | None = None
    content_hash: str | None = None
    """Hash of the file an original was read from."""
    file_name: str | None = None
    tables: tuple[Table, ...] = ()
    definitions: tuple[Definition, ...] = ()
    replaced: tuple[Clause, ...] = ()
    """Digests whose place an original has taken."""
    clauses: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keyed(self) -> "Document":
        places = [c.locator.text if c.locator else None for c in self.clauses]
        keyed = tuple(
            clause.model_copy(update={"document_id": self.id, "key": _key(self.id, place, clause.heading, places)})
            for clause, place in zip(self.clauses, places, strict=True)
        )
        if len({c.key for c in keyed}) != len(keyed):
            raise ValueError(f"{self.id} 有两条同号同名的条款")
        object.__setattr__(self, "clauses", keyed)
        return self

    @cached_property
    def issued_on(self) -> date | None:
        """The day (or the first day of the month or year) the text gives for its issue; ``None`` if it gives none."""
        return _first_date(self.issued)

    @cached_property
    def effective_on(self) -> date | None:
        """The day the document takes effect, where the text gives one."""
        return _first_date(self.effective)

    @cached_property
    def expires_on(self) -> date | None:
        """The last day the document holds, where one is known."""
        return _first_date(self.expires)

    @property
    def titled(self) -> str:
        """The title in book-title marks, added where the title itself has none."""
        return titled(self.title)

    @property
    def name(self) -> str:
        """Title in book-title marks and number, as officials cite it."""
        return f"{self.titled}（{self.number}）" if self.number else self.titled


def titled(title: str) -> str:
    """A title in book-title marks.

    >>> titled("公共机构节能条例"), titled("《指引》解读")
    ('《公共机构节能条例》', '《指引》解读')
    """
    return title if "《" in title else f"《{title}》"


def _key(document_id: str, place: str | None, heading: str, places: list[str | None]) -> str:
    if place is None:
        return f"{document_id}#/{heading}"
    return f"{document_id}#{place}" if places.count(place) == 1 else f"{document_id}#{place}/{heading}"


_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def _first_date(text: str | None) -> date | None:
    match = _DATE.search(text or "")
    if match is None:
        return None
    year, month, day = (int(g) if g else 1 for g in match.groups())
    return date(year, month, day)
