"""The factor registry: every emission factor, conversion and parameter a calculator may use, with its provenance.

The numbers live in ``tools/data/factors/*.yaml``, one file a topic. An entry with ``role: reject`` is kept so that it
can be shown with the reason, and is refused by :func:`get`: no calculator can reach it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

import yaml

from corpus.errors import InputError, UnknownFactor
from corpus.record import read_yaml
from tools.units import unit_name

__all__ = [
    "Confidence",
    "Factor",
    "FactorSource",
    "Nature",
    "Pick",
    "Registry",
    "Role",
    "SourceKind",
    "all_factors",
    "get",
    "pick",
    "registry",
    "with_overrides",
]

Role = Literal["default", "alternative", "historical", "reference", "reject"]
Confidence = Literal["official-text", "official-secondary", "literature", "unverified", "definition", "user"]
SourceKind = Literal[
    "official_page", "law_database", "reprint", "repository", "literature", "definition", "assumption", "user"
]
Nature = Literal["emission", "reduction", "removal", "comparison", "energy", "parameter"]

_ROLE_RANK: Mapping[str, int] = {"default": 0, "alternative": 1, "reference": 2, "historical": 3}
_KIND_LABEL: Mapping[str, str] = {
    "official_page": "官方页面",
    "law_database": "法规库",
    "reprint": "转载",
    "repository": "转录",
    "literature": "文献",
    "definition": "定义",
    "assumption": "假定",
    "user": "用户自带",
}
_CONFIDENCE_LABEL: Mapping[str, str] = {
    "official-text": "读到官方文本",
    "official-secondary": "官方值的转录",
    "literature": "文献或估计",
    "unverified": "未核到出处",
    "definition": "定义或常数",
    "user": "用户自带",
}


@dataclass(frozen=True, slots=True)
class FactorSource:
    """Where a factor comes from: title, number, how it was read, and an official address where there is one."""

    title: str
    kind: SourceKind
    number: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor. ``low`` and ``high`` differ where the source gives a range; ``unit`` is readable by pint.

    ``of`` says what the mass is of: CO2, CO2e, C or ce (standard coal); ``per`` is a count that is no pint unit
    (passenger, person, vehicle, room_night, meal, sheet, trip).
    """

    id: str
    name: str
    low: float
    high: float
    unit: str
    topic: str
    region: str
    boundary: str
    role: Role
    source: FactorSource
    confidence: Confidence
    name_en: str = ""
    of: str | None = None
    gas: str | None = None
    per: str | None = None
    year: int | None = None
    subject: str | None = None
    locator: str | None = None
    derived: str | None = None
    note: str | None = None

    @property
    def value(self) -> float:
        """The value; the middle where the source gives a range."""
        return (self.low + self.high) / 2

    @property
    def ranged(self) -> bool:
        return self.low != self.high

    @property
    def nature(self) -> Nature:
        """What the number measures. An emission, a reduction, a removal and a net life-cycle value never add up."""
        if self.boundary.startswith("reduction"):
            return "reduction"
        if self.boundary == "sink":
            return "removal"
        if self.boundary == "system-expansion LCA":
            return "comparison"
        if self.of == "ce":
            return "energy"
        return "emission" if self.of in {"CO2", "CO2e"} else "parameter"

    @property
    def estimate(self) -> bool:
        """Whether a result that rests on it must be called an estimate."""
        return self.confidence in {"literature", "unverified"}

    @property
    def confidence_label(self) -> str:
        return _CONFIDENCE_LABEL[self.confidence]

    @property
    def expression(self) -> str:
        """The unit for the pint registry: the gas and the count are dimensions there, so nothing mixes unseen.

        >>> get("travel.rail.cn").expression
        'kgCO2e/(person*km)'
        >>> get("defra.hotel.cn").expression
        'kgCO2e/room_night'
        """
        if self.of is not None and "/" in self.of:
            over, _, under = self.of.partition("/")
            return f"kg{over}/{_SUBSTANCE_UNIT.get(under, 'kg')}"
        mass, slash, rest = self.unit.partition("/")
        if self.of is not None and mass in _MASSES:
            mass += self.of
        elif self.of is not None:
            rest = rest.replace("kg", f"kg{self.of}")
        count = _COUNT_UNIT.get(self.per or "")
        if count is not None:
            rest = count if rest == "dimensionless" else f"({count}*{rest})"
        return f"{mass}{slash}{rest}"

    @property
    def citation(self) -> str:
        """Source, number, place and how it was read, in one line.

        >>> get("ce.coke").citation
        '《综合能耗计算通则》 GB/T 2589-2020 附录A（转录）'
        """
        named = self.source.number is None or "《" in self.source.title
        title = self.source.title if named else f"《{self.source.title}》"
        number = f" {self.source.number}" if self.source.number else ""
        place = f" {self.locator}" if self.locator else ""
        return f"{title}{number}{place}（{_KIND_LABEL[self.source.kind]}）"

    @property
    def figure(self) -> str:
        """Value and unit as shown to a reader, with its gas and count.

        >>> get("elec.cn.2023.prov.guangdong").figure
        '0.4419 千克CO2/千瓦时'
        """
        value = f"{self.low:.6g}～{self.high:.6g}" if self.ranged else f"{self.low:.6g}"
        name = unit_name(self.expression)
        return f"{value}{name}" if name == "%" else f"{value} {name}".strip()


@dataclass(frozen=True, slots=True)
class Pick:
    """A factor chosen by region and year, with the sentence that says which year stands for which."""

    factor: Factor
    data_year: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Usable and rejected factors; ``yearly`` names the subjects that are published anew for each year."""

    usable: Mapping[str, Factor]
    rejected: Mapping[str, Factor] = field(default_factory=dict)
    yearly: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Factor]:
        return iter(self.usable.values())


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The shipped factors."""
    usable: dict[str, Factor] = {}
    rejected: dict[str, Factor] = {}
    yearly: set[str] = set()
    folder = resources.files("tools") / "data" / "factors"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".yaml"):
            continue
        document = _parse(entry.read_text(encoding="utf-8"), entry.name)
        yearly.update(document.get("yearly", ()))
        for factor in _read(document, entry.name):
            shelf = rejected if factor.role == "reject" else usable
            if factor.id in usable or factor.id in rejected:
                raise InputError(f"{entry.name}：因子 {factor.id} 重复")
            shelf[factor.id] = factor
    return Registry(MappingProxyType(usable), MappingProxyType(rejected), frozenset(yearly))


def with_overrides(path: Path, base: Registry | None = None) -> Registry:
    """The registry with a user's own factors laid over it; each must name its own source.

    The file has the shape of a shipped one: ``factors`` with id, name, value, unit, region, source (title) …
    An id already held is replaced, a new one is added; a rejected one stays rejected.
    """
    base = base or registry()
    if not path.is_file():
        raise InputError(f"找不到因子文件 {path}；请给出一个 YAML 文件")
    document = _parse(path.read_text(encoding="utf-8"), path.name)
    usable = dict(base.usable)
    for entry in document.get("factors", ()):
        if not isinstance(entry, dict) or not entry.get("id"):
            raise InputError(f"{path.name}：每个因子都要写 id")
        if str(entry["id"]) in base.rejected:
            raise InputError(f"{path.name}：{entry['id']} 是拒用因子，不能覆盖；请换一个 id 并写明出处")
        if not entry.get("source"):
            raise InputError(f"{path.name}：{entry['id']} 没有写 source（出处标题），不能使用")
        held = usable.get(str(entry["id"]))
        factor = _factor(_with_held(entry, held), document, path.name, confidence="user", kind="user")
        if held is not None and (factor.unit, factor.of, factor.per) != (held.unit, held.of, held.per):
            raise InputError(f"{path.name}：{factor.id} 的单位要写 {held.figure.split(' ', 1)[-1]}，不能改口径")
        if factor.role == "reject":
            raise InputError(f"{path.name}：自带因子不能标 reject：{factor.id}")
        usable[factor.id] = factor
    return replace(base, usable=MappingProxyType(usable))


def get(factor_id: str, *, source: Registry | None = None) -> Factor:
    """The factor of that id.

    Raises UnknownFactor for an id that is not held, and for a rejected one with the reason it was rejected for.

    >>> get("elec.cn.2023.prov.guangdong").value
    0.4419
    """
    held = source or registry()
    if factor_id in held.usable:
        return held.usable[factor_id]
    if factor_id in held.rejected:
        reason = held.rejected[factor_id].note or "出处不明"
        raise UnknownFactor(f"因子 {factor_id} 已列为拒用：{reason}")
    near = _near(factor_id, held.usable)
    hint = f"相近的有 {'、'.join(near)}" if near else "可用 nearzero factors list 查看全部"
    raise UnknownFactor(f"没有因子 {factor_id}；{hint}")


def pick(subject: str, region: str = "广东", year: int | None = None, *, source: Registry | None = None) -> Pick:
    """The factor for a subject ("electricity", "natural-gas", …) in a region for data of a year.

    A place without a value of its own takes the one it lies in (深圳 → 广东 → 全国). A subject published yearly takes
    the data year itself, else the nearest published year; the note says which.

    >>> pick("electricity", "深圳", 2024).note
    '数据年份2024年的广东值未见发布，用最近的2023年因子'
    """
    held = source or registry()
    candidates = [factor for factor in held if factor.subject == subject]
    if not candidates:
        known = sorted({factor.subject for factor in held if factor.subject})
        raise UnknownFactor(f"没有“{subject}”这一类因子；可选：{'、'.join(known)}")
    local = _nearest_place(candidates, region, strict=subject in held.yearly)
    if not local:
        places = sorted({factor.region for factor in candidates})
        raise UnknownFactor(f"没有“{region}”的{candidates[0].name}这一类因子；可选地区：{'、'.join(places)}")
    if subject not in held.yearly:
        chosen = min(local, key=lambda factor: (_ROLE_RANK[factor.role], -(factor.year or 0)))
        return Pick(chosen, year, f"用{chosen.name}" + (f"（{chosen.year}年）" if chosen.year else ""))
    latest = max(factor.year or 0 for factor in local)
    wanted = latest if year is None else year
    chosen = min(local, key=lambda factor: (abs((factor.year or 0) - wanted), -(factor.year or 0)))
    if year is None:
        note = f"没有给出数据年份，用最新发布的{chosen.year}年{chosen.region}因子"
    elif chosen.year == year:
        note = f"数据年份{year}年，用{chosen.year}年{chosen.region}因子"
    else:
        note = f"数据年份{year}年的{chosen.region}值未见发布，用最近的{chosen.year}年因子"
    return Pick(chosen, year, note)


def all_factors(*, rejected: bool = False, source: Registry | None = None) -> tuple[Factor, ...]:
    """Every usable factor, by topic and id; with the rejected ones on request."""
    held = source or registry()
    chosen: Iterable[Factor] = held.usable.values()
    if rejected:
        chosen = (*chosen, *held.rejected.values())
    return tuple(sorted(chosen, key=lambda factor: (factor.topic, factor.id)))


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        document = read_yaml(text)
    except yaml.YAMLError as error:
        raise InputError(f"{name} 不是有效的 YAML：{str(error).splitlines()[0]}") from error
    if not isinstance(document, dict) or not isinstance(document.get("factors"), list):
        raise InputError(f"{name} 应是含 factors 列表的 YAML")
    return document


def _read(document: Mapping[str, Any], name: str) -> Iterator[Factor]:
    for entry in document["factors"]:
        yield _factor(entry, document, name)


def _with_held(entry: Mapping[str, Any], held: Factor | None) -> Mapping[str, Any]:
    """A user's entry may leave out what the held factor already says, except value and source."""
    if held is None:
        return entry
    kept = {
        "name": held.name,
        "unit": held.unit,
        "of": held.of,
        "per": held.per,
        "region": held.region,
        "boundary": held.boundary,
        "role": held.role,
        "subject": held.subject,
        "topic": held.topic,
        "year": held.year,
    }
    return {**kept, **entry}


def _factor(
    entry: Mapping[str, Any],
    document: Mapping[str, Any],
    name: str,
    *,
    confidence: Confidence | None = None,
    kind: SourceKind | None = None,
) -> Factor:
    label = f"{name}：{entry.get('id', '（无 id）')}"
    try:
        low, high = _bounds(entry["value"])
        unit, title = str(entry["unit"]), str(entry["name"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{label} 要写 name、unit 和数值 value（一个数，或 [下限, 上限]）") from error
    role = entry.get("role", "alternative")
    sure = confidence or entry.get("confidence")
    if role not in get_args(Role) or sure not in get_args(Confidence):
        raise InputError(f"{label} 的 role 或 confidence 不在规定值内")
    return Factor(
        id=str(entry["id"]),
        name=title,
        low=low,
        high=high,
        unit=unit,
        topic=str(entry.get("topic", document.get("topic", "user"))),
        region=str(entry.get("region", "通用")),
        boundary=str(entry.get("boundary", "parameter")),
        role=cast("Role", role),
        source=_source(entry.get("source"), document, label, kind),
        confidence=cast("Confidence", sure),
        name_en=str(entry.get("name_en", "")),
        of=entry.get("of"),
        gas=entry.get("gas") or entry.get("of"),
        per=entry.get("per"),
        year=entry.get("year"),
        subject=entry.get("subject"),
        locator=entry.get("locator"),
        derived=entry.get("derived"),
        note=entry.get("note"),
    )


def _bounds(value: object) -> tuple[float, float]:
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, list):
        low, high = (float(bound) for bound in value)
        if low > high:
            raise ValueError(value)
        return low, high
    if isinstance(value, int | float):
        return float(value), float(value)
    raise ValueError(value)


def _source(given: object, document: Mapping[str, Any], label: str, kind: SourceKind | None) -> FactorSource:
    if isinstance(given, str):
        named = document.get("sources", {}).get(given)
        given = named if named is not None else {"title": given, "kind": kind}
    if not isinstance(given, dict) or not given.get("title"):
        raise InputError(f"{label} 没有写出处标题 source")
    chosen = kind or given.get("kind")
    if chosen not in get_args(SourceKind):
        raise InputError(f"{label} 的出处没有写清怎样读到的（kind）")
    return FactorSource(str(given["title"]), cast("SourceKind", chosen), given.get("number"), given.get("address"))


@lru_cache(maxsize=1)
def _places() -> Mapping[str, Any]:
    text = (resources.files("tools") / "data" / "places.yaml").read_text(encoding="utf-8")
    places: Mapping[str, Any] = read_yaml(text)
    return places


def _nearest_place(candidates: list[Factor], region: str, *, strict: bool) -> list[Factor]:
    """Candidates of the region itself, else of the place it lies in; anywhere factors only where not ``strict``."""
    places = _places()
    place: str | None = region
    while place is not None:
        local = [factor for factor in candidates if factor.region == place]
        if local:
            return local
        place = places["within"].get(place)
    return [] if strict else [factor for factor in candidates if factor.region in places["anywhere"]]


def _near(factor_id: str, held: Iterable[str]) -> list[str]:
    return get_close_matches(factor_id, list(held), n=3, cutoff=0.75)


_MASSES = frozenset({"g", "kg", "t"})
_SUBSTANCE_UNIT: Mapping[str, str] = {"CO2": "kgCO2", "C": "kgC"}
_COUNT_UNIT: Mapping[str, str] = {
    "passenger": "person",
    "person": "person",
    "vehicle": "vehicle",
    "room_night": "room_night",
    "trip": "person_trip",
    "sheet": "sheet",
    "meal": "meal",
}
