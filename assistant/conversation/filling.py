"""Putting the quantities of a sentence into a calculator's inputs: by dimension first, by cue word where two share one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf, log
from types import MappingProxyType

from assistant.conversation.asking import openers
from assistant.conversation.journeys import mode_words, pieces, segments
from corpus.record import read_yaml
from tools.calculator import Calculator, InputSpec
from tools.calculator import calculator as calculator_named
from tools.numerals import read_numeral
from tools.quantities import FoundQuantity, find
from tools.units import unit_name

__all__ = ["Filled", "answered", "ask_for", "assumed", "bare_number", "choose", "fill", "placed"]

_COUNTED = frozenset({"copy", "piece", "set", "count"})
"""What 份 and 个 count is told by the word beside them."""

_JOURNEYS = "legs"
_REGION = "region"
_ONLINE = "online"
_WORDS = {
    _JOURNEYS: mode_words(),
    "measures": ("减排", "减碳", "少排", "节电", "节能", "发电", "saves", "cuts", "solar"),
}
"""Words by which a piece of a sentence tells of an input given in words, besides its cues."""

_TURNS = frozenset({"换成"})
"""Cue words that speak of the amount behind them only."""

_ALL = re.compile(r"每个?人|大家|所有人|全部人员|全员|人人|全部(?=坐|乘|开|搭)|都(?=坐|乘|开|搭)")
_CJK = "\u4e00-\u9fff"
_NUMERAL = r"(?:\d+|[一二两三四五六七八九十]+)"
_STOPS = "，,。；;？?！!、"
_WRITTEN = (
    (re.compile(rf"\s+(?=[{_CJK}])"), "，"),
    (re.compile(rf"(?<![A-Za-z\d.])(\d[\d.]*(?:[a-zA-Z%]{{1,3}}|[{_CJK}]{{1,4}}))\s+(?=\d)"), r"\1，"),
    (re.compile(r"(?<=\d)[ -]spaces?\b", re.I), " parking spaces"),
    (
        re.compile(
            r"\bfrom (?P<a>[\d.]+)(?: ?(?:°?C|℃|degrees))? to (?P<b>[\d.]+) ?(?:degrees(?: C\b)?|°?C\b|℃)", re.I
        ),
        r"从\g<a>℃，调到\g<b>℃",
    ),
    (re.compile(r" (?:if|and|with|where) ", re.I), "，"),
    (re.compile(r"\bof (?:them|us|the (?:attendees|participants|people))\b", re.I), "people"),
    (re.compile(r"[台辆](?=车位)"), "个"),
    (
        re.compile(r"(?<![天然燃煤油液化氧沼蒸供暖冷换])用?气(?=(?:量)?(?:是|有|约|大概)?[\d一二三四五六七八九])"),
        "天然气",
    ),
    (
        re.compile(
            r"(?<=人数)(?:为|是|有|到)?(?=[\d一二三四五六七八九十百千两])(?P<n>[\d.万一二三四五六七八九十百千两]+)(?![\d%人])"
        ),
        r"\g<n>人",
    ),
    (re.compile(r"台(?=[^，。；、\d桩]{0,6}车(?!位))"), "辆"),
    (re.compile(r"(?<=[\d十百])(?:台(?=[^，,。；;、]{0,10}桩)|个(?=\d[^，,。；;、]{0,8}桩))"), "个充电桩"),
    (re.compile(r"一天(?=[\d.一二两三四五六七八九十]+个?半?(?:小时|钟头))"), "每天"),
    (re.compile(r"每台(?=(?:车)?(?:每|一)天|一年)"), "每辆"),
    (re.compile(r" each way\b", re.I), " one way"),
    (re.compile(r"\bfl(?:ying|ies|ew)\b", re.I), "fly"),
    (re.compile(r"\bdr(?:iving|ives?|ove)\b", re.I), "car"),
    (re.compile(r"(\d[\d.]*) equivalent hours", re.I), r"等效小时\1小时"),
    (re.compile(r"[一每全]年(?:要|得)?上(?:班)?(?=\d+个?(?:工作日|天))"), "上班"),
    (
        re.compile(
            rf"(?P<n>{_NUMERAL})个?人(?:[合共]乘|拼坐?|合?坐|挤|搭)?[一1](?:[辆台部]小?车?|车)(?:呢|吧|的话)?(?=[{_STOPS}]|$)"
        ),
        r"\g<n>人/辆",
    ),
    (re.compile(rf"(?P<n>{_NUMERAL})个?人(?:[合共]乘|拼)[一1](?:[辆台部]小?车?|车)"), r"\g<n>人/辆，"),
    (re.compile(r"(?P<n>\d+)张(?:纸)?(?:是|算|装|为)?[一1每](?P<of>[包令])"), r"\g<n>张/\g<of>"),
    (re.compile(r"(?:[一1](?P<of>[包令])|每[包令])(?:纸)?(?:是|有|装|为)?(?P<n>\d+)张"), r"\g<n>张/包"),
    (re.compile(r"(?:要是|如果|假如|再)*(?:上|装|搞|做)了?一?[套批个](?=[^，,。；;]{0,4}(?:光伏|LED))", re.I), ""),
    (re.compile(r"(?<=光伏)[，,](?=(?:[一每]年|年)(?:能|可|大概|约)*(?:发|省)电?\d)"), ""),
    (re.compile(r"(?P<n>[\d.]+万?(?:公斤|千克|吨|度|千瓦时|立方米?|方|升))[一每1][天日]"), r"每天\g<n>"),
    (
        re.compile(
            r"(?P<n>[一二三四五六七八九]成[一二三四五六七八九半]?)(?P<end>[^，,。]{0,3})[，,]?也?就是[\d.]+[%％]"
        ),
        r"\g<n>\g<end>",
    ),
    (re.compile(r"(?<![起腾])飞(?=去|往|到|赴)"), "坐飞机"),
    (re.compile(r"(?<=[减少降省约掉砍低了])一半(?![以人])"), "50%"),
    # What is so much of another thing is counted as what it is (外购电里有20万度是绿电).
    (
        re.compile(
            r"(?:^|(?<=[，,。；;]))[^，,。；;\d]{1,10}(?:里面?|里头|当中|中)(?:有|的)?(?=[\d.]+[^，,。；;\d]{1,6}是)"
        ),
        "其中",
    ),
    (re.compile(r"便当|盒饭|快餐|套餐"), "工作餐"),
    (
        re.compile(r"(?:每个?人|一人|人手|各人?)(?:发|配|给|领|喝|吃|用|拿|备)?了?(?=[一二两三四五1-9][份顿餐瓶张])"),
        "每人",
    ),
    (re.compile(r"(?P<n>(?<![\d.])\d)[毛角](?P<m>\d)(?!\d)"), r"0.\g<n>\g<m>元"),
    (re.compile(r"(?P<n>(?<![\d.])\d)[毛角](?:钱)?"), r"0.\g<n>元"),
    (re.compile(r"(?<=\d)块(?P<m>\d{1,2})(?![\d.万千百])"), r".\g<m>元"),
    (re.compile(r"(?<=元)[一每1]度电?"), "/度"),
    (re.compile(r"(?<=[一二三四五六七八九])成(?=[单双]面)"), "成的"),
    (re.compile(r"投(?:入|资)?了?(?=[\d一二三四五六七八九十百千两])"), "投资"),
    (re.compile(r"每[盏个支只套](?:灯具?|光源)?(?=从?[\d.]+\s*(?:流明|lm|瓦|W\b))"), ""),
    (re.compile(r"每[个根台](?:充电)?桩(?=[\d.]+\s*(?:千瓦|kW))", re.I), "桩"),
    (re.compile(r"(?:[改换]为|改成|改用|换作|[降减]到|[降减]至|[降减]为)(?=\s*\d[\d.]*\s*(?:瓦|W\b))"), "换成"),
    (re.compile(r"[\d.]+[%％](?:的?车位)?[都全]?预留"), "预留"),
    (re.compile(r"(?<!减)(?<!少)排(?=\d)"), "排放"),
    (re.compile(r"(?<=[吨斤克])碳(?=[，,。；;、？?！!\s]|$)"), "CO2"),
    (re.compile(r"市场化(?:购入|购买|交易)?的?绿电"), "绿电交易"),
    (re.compile(r"(?<!不)用国外的?(?:参照|参考)?因子"), "用参照因子"),
    (re.compile(r"((?:餐厨|厨余)(?:垃圾)?[^，,。；;]{0,14}?)(?<!厨余)(?=填埋|堆肥|厌氧)"), r"\1厨余"),
    (re.compile(r"(?<=[\d十百千万])个(?=(?:外地|本地|外省|专家|领导|同事|同志|代表|老师|学员|干部|职工|嘉宾))"), "人"),
)
"""Ways to write a count that the quantity reader leaves alone, and how it takes them."""

_DICTATED = re.compile(r"[^，,。；;]*(?:写成|说成|显示[成为]|输出[成为]|回答[成为]|就说|一律说)[^，,。；;]*")
"""What a result is to be called is not something given for working it out."""

_NIGHTS = re.compile(
    rf"(?:每人|各|都)?住宿?(?:酒店|宾馆)?了?(?P<n>{_NUMERAL})个?(?:晚上?|夜)(?:酒店|宾馆)?(?!.{{0,8}}人一?间)"
)
_NIGHTS_ENGLISH = re.compile(r"(?P<n>\d+) (?:hotel )?nights?(?: each)?\b", re.I)
_MEALS = re.compile(
    r"(?:每人(?:吃|管|用)?|吃|管|安排|提供|包|含)了?(?P<n>[\d一二两三四五六])(?:[顿餐](?:工作餐|饭|餐)?|份(?:工作餐|饭|午餐|晚餐|早餐))"
)
_PACKS = re.compile(rf"(?P<n>{_NUMERAL})包(?=(?:A4|打印|复印|办公)?纸)", re.I)

_ONE_DAY = re.compile(r"一天(?=[^，,。；;]{0,10}?\d[\d.]*\s*万?(?:度|千瓦时|吨|公斤|千克|立?方|升|kWh))", re.I)
"""An amount of one day; where no year is spoken of, that day is asked for."""

_ONE_MONTH = re.compile(r"一个?月(?=[^，,。；;]{0,10}?\d[\d.]*\s*万?(?:度|千瓦时|吨|公斤|千克|立?方|升|kWh))", re.I)
_THAT_MONTH = re.compile(r"[这那该当]一?个?月|本月")

_BY_VIDEO = re.compile(r"(?:视频|线上|网络|电话)(?:会|开会|培训)(?!.*(?:现场|线下|改|比|省|[减能]少|少排|差))")

_YEARLY = re.compile(r"^(?:一|每|全|整)?年(?:平均)?(?=\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年度?(?!前|内|来)")
_FILLER = re.compile(r"改成|换成|改为|那就|就|按照?|用|选|那个|这个|那种|的|吧|呢|口径|比例|[\s，。！？!?,.]")
_ABOUT = re.compile(
    r"^(?:大概|大约|约莫|约|差不多|估计|可能|一共|总共|合计|共|有|是|就|按|算|到|about|around|roughly| )+", re.I
)
_COUNTER = re.compile(
    r"(?:来|多|余)?(?:个|台|辆|人|盏|张|包|瓶|次|吧|左右|上下|的|样子|那么多|or so)*[。！!？? ]*", re.I
)
_STATED = re.compile(r"(?:数|数量|量)?(?:大概|大约|约|一共|总共|共|有|为|是|按|到|[:：= ])*")
_INSIDE = 1
_IN_TENS = re.compile(r"\d[\d.]*[万亿]")
_FUEL = "燃油"
_ELECTRIC = re.compile(r"(?:纯?电|新能源)")
_DAYS = ("每天", "每日", "日均", "一天")
_CALENDAR = frozenset({"year", "month"})
_BESIDE = 6
_FROM_TO = frozenset("从到")
_IN_DEGREES = ("energy", "temperature", "temperature_difference")
_TOUCHING = 2
_PLACE_STOP = r"[，,。；;？?！!\n、]"


@dataclass(frozen=True, slots=True)
class Filled:
    """Inputs as typed, by name, and the quantities no input took."""

    inputs: Mapping[str, str]
    unused: tuple[FoundQuantity, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What is being read: the text, where its quantities stand, for whom, what is held and what was asked for."""

    text: str
    spans: tuple[tuple[int, int], ...]
    calculator: Calculator
    held: Mapping[str, str]
    awaited: str


def fill(
    calculator: Calculator, text: str, held: Mapping[str, str] = MappingProxyType({}), awaited: str = ""
) -> Filled:
    """What the sentence gives the calculator. Nothing is assumed here: what is not said is not filled.

    ``held`` are the inputs given before: of several that a quantity fits, the one already given is what it changes.
    ``awaited`` is the one that was asked for, which an amount without a word of its own is the answer to.
    """
    text = _each(_plain(text), calculator, held)
    inputs, taken = _told(calculator, text)
    found_all = find(text)
    free = [
        q for q in found_all if not any(a <= q.span[0] < b for a, b in taken) and not _only_period(q, found_all, text)
    ]
    sentence = _Sentence(text, tuple(q.span for q in free), calculator, held, awaited)
    pairs = sorted(
        (
            (score, spec.name, i)
            for i, quantity in enumerate(free)
            for spec in calculator.inputs
            if (score := _fit(spec, quantity, sentence)) > 0
        ),
        key=lambda pair: (-pair[0], pair[2]),
    )
    used: set[int] = set()
    for _, name, i in pairs:
        if name not in inputs and i not in used:
            inputs[name] = _written(calculator.input(name), free[i])
            used.add(i)
    for i, quantity in enumerate(free):
        # What is left over goes to the one input of its dimension that is still open and has no default, or, of a state
        # before and one after, in this order.
        left = [s for s in calculator.inputs if s.name not in inputs and s.default is None and not s.default_factor]
        open_inputs = [s for s in left if s.kind == "quantity" and s.name not in held and _takes(s, quantity)]
        alike = [q for k, q in enumerate(free) if k not in used and q.dimension == quantity.dimension]
        if len(open_inputs) == len(alike) == 1:
            told = quantity.dimension != "person" and bool(_rivals(calculator, quantity) & inputs.keys())
        else:
            told = len(open_inputs) == len(alike) and _follow(open_inputs)
        if i not in used and told:
            inputs[open_inputs[0].name] = _written(open_inputs[0], quantity)
            used.add(i)
    inputs |= {name: n for name, n in _numbered(calculator, text).items() if name not in inputs}
    unused = tuple(q for i, q in enumerate(free) if i not in used)
    _everyone(inputs, calculator.inputs, text)
    return Filled(inputs, _travellers(inputs, unused))


def _told(calculator: Calculator, text: str) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """The inputs told in words: pieces of the sentence, choices, the year, the place. Which stretches are taken."""
    inputs: dict[str, str] = {}
    taken: list[tuple[int, int]] = []
    for spec in calculator.inputs:
        if spec.name == _REGION:
            inputs |= {spec.name: place} if (place := _place(text)) else {}
        elif spec.kind == "text" and spec.cues:
            found = pieces(segments(text), (*spec.cues, *_WORDS.get(spec.name, ())))
            if found:
                inputs[spec.name] = "；".join(p.text.strip() for p in found)
                taken += [(p.start, p.start + len(p.text)) for p in found]
        elif spec.kind == "choice" and _offered(spec, text):
            inputs |= {spec.name: choice} if (choice := choose(spec, text)) else {}
        elif spec.kind == "year" and (year := _YEAR.search(text)):
            inputs[spec.name] = f"{year.group(1)}年"
    return inputs, taken


def _numbered(calculator: Calculator, text: str) -> Mapping[str, str]:
    """Numbers without a unit right after the name of an input: 人数80, 停车位 120个."""
    spans = [q.span for q in find(text) if q.dimension != "number"]
    found: dict[str, str] = {}
    for spec in calculator.inputs:
        if spec.dimension is None or spec.kind == "text":
            continue
        names = {spec.label, *(cue if len(cue) > 1 or cue in _FROM_TO else f"{cue}数" for cue in spec.cues)}
        for match in re.finditer("|".join(map(re.escape, sorted(names, key=len, reverse=True))), text):
            stated = _STATED.match(text, match.end())
            start = stated.end() if stated else match.end()
            number = _number_at(text, start, tuple(cue for s in calculator.inputs for cue in s.cues if len(cue) > 1))
            if number and not any(a <= start < b for a, b in spans) and number not in found.values():
                found.setdefault(spec.name, _shared(spec, _with_unit(spec, number)))
    return found


def _with_unit(spec: InputSpec, number: str) -> str:
    """45万 with the unit of the input, which such a number needs."""
    unit = unit_name(spec.unit) if spec.unit and number.endswith(("万", "亿")) else ""
    return f"{number}{unit}" if any(_takes(spec, q) for q in find(f"{number}{unit}")) else number


def _number_at(text: str, start: int, followed: tuple[str, ...] = ()) -> str:
    """The number that stands there with nothing but a counting word or one of ``followed`` behind; else empty."""
    numeral = read_numeral(text, start)
    if numeral is None or numeral.low != numeral.high:
        return ""
    counter = _COUNTER.match(text, numeral.end)
    end = counter.end() if counter else numeral.end
    ends = end == len(text) or re.match(_PLACE_STOP, text[end]) or text.startswith(followed, end)
    typed = text[start : numeral.end]
    return (typed if _IN_TENS.fullmatch(typed) else f"{numeral.low.normalize():f}") if ends else ""


def _shared(spec: InputSpec, number: str) -> str:
    """A share said as a bare number above one is one of a hundred."""
    return (
        f"{number}%" if spec.dimension == "ratio" and not _IN_TENS.fullmatch(number) and float(number) > 1 else number
    )


def _plain(text: str) -> str:
    """Everyday ways to write, as the quantity reader takes them: keywords apart, cars by 台, people by 个."""
    text = _DICTATED.sub("", text)
    for pattern, written in _WRITTEN:
        text = pattern.sub(written, text)
    return text


def _each(text: str, calculator: Calculator, held: Mapping[str, str]) -> str:
    """What is told for each person or pack, counted out: 8人住两晚 is 16间夜, 40人吃两顿饭 80餐, 2包纸 1000张纸.

    What is said to be one day's is that day's where no year is spoken of.
    """
    dimensions = {s.dimension for s in calculator.inputs}
    present = [q.value for q in find(held.get("attendees", "")) if q.dimension == "person" and q.value]

    def counted(match: re.Match[str]) -> float:
        numeral = read_numeral(match.group("n"), 0)
        return float(numeral.low) if numeral else 0.0

    def before(match: re.Match[str]) -> list[float]:
        return [q.value for q in find(text[: match.start()]) if q.dimension == "person" and q.value] or present

    if "room_night" in dimensions:
        for nights in (_NIGHTS, _NIGHTS_ENGLISH):
            text = nights.sub(
                lambda m: f"住宿{who[-1] * counted(m):.10g}间夜" if (who := before(m)) else m.group(), text
            )
    if "meal" in dimensions:
        text = _MEALS.sub(lambda m: f"用餐{max(who) * counted(m):.10g}餐" if (who := before(m)) else m.group(), text)
    if "sheet" in dimensions and "pack" not in dimensions:
        size = find(calculator_named("paper").input("pack_size").default or "")[0].value or 0.0
        text = _PACKS.sub(lambda m: f"{counted(m) * size:.10g}张", text)
    for quantity in reversed(find(text)):
        what, _, per = quantity.dimension.partition("/")
        start, end = quantity.span
        who = [q.value for q in find(text[:start]) if q.dimension == "person" and q.value] or present
        if per == "person" and what in dimensions and quantity.value and who:
            counted_out = f"{max(who) * quantity.value:.10g}{unit_name(quantity.unit.partition('/')[0])}"
            text = f"{text[:start]}{counted_out}{text[end:]}"
    if "年" not in text:
        text = _ONE_DAY.sub("", text)
        text = _ONE_MONTH.sub("", text) if _THAT_MONTH.search(text) else text
    return text


@cache
def _places() -> str:
    listed = read_yaml(files("assistant.conversation").joinpath("places.yaml").read_text(encoding="utf-8"))
    return "|".join(sorted(listed, key=len, reverse=True))


def _place(text: str) -> str:
    """The place whose factor is asked for, or where the unit is: 按上海的因子, 驻上海办事处. Empty where none is named."""
    place = _places()
    by_factor = re.search(
        rf"({place})(?:[省市]|自治区)?(?:的|地区|本地|\d{{4}}年)*(?:电网|电力|用电|碳?排放|省级|平均|最新)*的?(?:因子|系数)",
        text,
    )
    match = by_factor or re.search(rf"(?:驻|位于|地处|设在)({place})", text)
    return match.group(1) if match else ""


def placed(text: str) -> str:
    """The place where words that name nothing else put the unit (放在北京, 换到上海那边); empty where they do not.

    >>> placed("放在北京"), placed("上海那边的单位"), placed("北京的规定")
    ('北京', '上海', '')
    """
    match = re.fullmatch(
        rf"(?:我们|单位|大楼|这|楼)*(?:是|在|放|放在|放到|搬到|搬去|换到|换成|换作|按|按照|设在|位于|到)*({_places()})"
        r"(?:[省市]|自治区)?(?:那边|那里|当地|本地|的话|的单位|的机关|来|算|吧|呢)*",
        text.strip("，,。？?！! "),
    )
    return match.group(1) if match else ""


def _everyone(inputs: dict[str, str], specs: Sequence[InputSpec], text: str) -> None:
    """每人坐飞机来回2200公里: a journey of all is one of as many people as take part; 60人的视频会: all are online."""
    people = next((inputs[s.name] for s in specs if s.dimension == "person" and s.name in inputs), "")
    if people and _ONLINE in {s.name for s in specs} and _BY_VIDEO.search(text):
        inputs.setdefault(_ONLINE, people)
    if people and _JOURNEYS in inputs:
        inputs[_JOURNEYS] = _ALL.sub(lambda m: people, inputs[_JOURNEYS], count=1)


def _follow(specs: Sequence[InputSpec]) -> bool:
    """Whether two inputs are one thing before and after."""
    return len(specs) == 2 and "前" in specs[0].label and "后" in specs[1].label


def _travellers(inputs: dict[str, str], unused: tuple[FoundQuantity, ...]) -> tuple[FoundQuantity, ...]:
    """150人 地铁 单程12公里: people counted apart from the one journey are those who make it. What is then unused."""
    people = [q for q in unused if q.dimension == "person"]
    journey = inputs.get(_JOURNEYS, "")
    if len(people) != 1 or not journey or any(q.dimension in {"person", "vehicle"} for q in find(journey)):
        return unused
    inputs[_JOURNEYS] = f"{people[0].text}{journey}"
    return tuple(q for q in unused if q is not people[0])


def _only_period(quantity: FoundQuantity, found: Sequence[FoundQuantity], text: str) -> bool:
    """Whether 一天, 一年 only say what a length of time behind them is counted in (一天能用10小时)."""
    end = quantity.span[1]
    behind = next((q for q in found if q.span[0] >= end and q.dimension == "time"), None)
    if quantity.dimension != "time" or quantity.value != 1 or behind is None:
        return False
    between = text[end : behind.span[0]]
    return len(between) <= _BESIDE and not re.search(_PLACE_STOP, between)


def _rivals(calculator: Calculator, quantity: FoundQuantity) -> set[str]:
    return {s.name for s in calculator.inputs if s.kind == "quantity" and _takes(s, quantity)}


def _offered(spec: InputSpec, text: str) -> bool:
    """Whether a choice is spoken of: a cue word stands there, or without cues the option's own label."""
    if spec.cues:
        return any(cue in text for cue in spec.cues)
    return any(word in text for c in spec.choices for word in (c.label, *c.words) if len(word) > 1)


def _written(spec: InputSpec, quantity: FoundQuantity) -> str:
    """What of the quantity's text the input takes: a yearly count is one of the year, a bare count its number."""
    elsewhere = quantity.dimension in _COUNTED and quantity.dimension != spec.dimension
    # 车位有90个: what is counted stands elsewhere in the sentence.
    apart = quantity.unit == spec.unit and not find(quantity.text)
    if quantity.value is not None and (elsewhere or apart):
        return f"{quantity.value:.10g}"
    if spec.unit and not _takes(spec, quantity) and _part_of(spec, quantity):
        return f"{quantity.text}/{unit_name(spec.unit.partition('/')[2])}"
    if "/" in quantity.dimension and quantity.dimension.partition("/")[0] == spec.dimension:
        if spec.dimension == "time" and quantity.value is not None:
            return f"{quantity.value:.10g}{unit_name(quantity.unit.partition('/')[0])}"
        return _YEARLY.sub("", quantity.text)
    return quantity.text


def ask_for(spec: InputSpec) -> str:
    """One short question for an input: its choices by name or an example of what to type, and what 随便 stands for."""
    if spec.choices:
        options = "；".join(f"{c.label}（{c.note}）" if c.note else c.label for c in spec.choices)
        own = "；也可以直接给出数值" if spec.dimension else ""
        default = next((c.label for c in spec.choices if c.key == assumed(spec)), assumed(spec))
        return f"{spec.label}按哪一个？可选：{options}{own}。说“随便”就按“{default}”。"
    question = spec.question.partition("如“")[0] or f"请补充：{spec.label}。"
    if not assumed(spec):
        return question
    return f"{question}（如“{spec.example or assumed(spec)}”；说“随便”就先按“{assumed(spec)}”估算）"


def assumed(spec: InputSpec) -> str:
    """What 随便 stands for: the default, else the option or the amount the specification gives as its example.

    Empty where there is none; the answer says what was assumed.
    """
    if spec.default is not None:
        return spec.default
    if spec.choices:
        keys = [c.key for c in spec.choices if c.key in spec.example or c.label in spec.example]
        return keys[0] if keys else spec.choices[0].key
    return spec.example


def bare_number(spec: InputSpec, text: str) -> str:
    """The number of an answer that is nothing but a number (大概三百来个吧); empty for anything else."""
    said = _ABOUT.sub("", text.strip())
    return _shared(spec, number) if (number := _number_at(said, 0)) else ""


def choose(spec: InputSpec, text: str) -> str | None:
    """The choice whose longest word stands in the text, by its key or, where that has a character of markup, its label.

    ``None`` where none does.
    """
    # A bare number among the words (10 of "10 %") would be found inside other numbers; quantities are filled by dimension.
    lowered = text.lower()
    words = (
        (word, choice.key if choice.key.isalnum() else choice.label)
        for choice in spec.choices
        for word in (choice.label, *choice.words)
        if word.lower() in lowered and not word.isdigit()
    )
    best = max(words, key=lambda pair: len(pair[0]), default=None)
    return best[1] if best else None


def answered(spec: InputSpec, text: str) -> str | None:
    """The option that the short answer to a question means (按深圳的, 试点那个): by its words, else by a part of its label.

    Where several labels hold what was said, the one 随便 stands for is taken; ``None`` where none fits.
    """
    if (chosen := choose(spec, text)) is not None:
        return chosen
    said = _FILLER.sub("", text)
    fitting = [c.key for c in spec.choices if len(said) >= 2 and said.lower() in c.label.lower()]
    return fitting[0] if len(fitting) == 1 else next((k for k in fitting if k == assumed(spec)), None)


def _takes(spec: InputSpec, quantity: FoundQuantity) -> bool:
    takes = {spec.dimension, *spec.also} - {None}
    if spec.dimension == "time" and quantity.unit in _CALENDAR and spec.unit not in _CALENDAR:
        return False
    if spec.units and quantity.unit.partition("/")[0] not in spec.units:
        return False
    if takes & {quantity.dimension, *quantity.ambiguous}:
        return True
    what, _, per = quantity.dimension.partition("/")
    by_day = quantity.unit.endswith("/day")
    return per == "time" and what in takes and (spec.dimension != "time" or _daily(spec) == by_day)


def _daily(spec: InputSpec) -> bool:
    """Whether an input is so much a day."""
    return any(word in spec.label for word in _DAYS)


def _fit(spec: InputSpec, quantity: FoundQuantity, sentence: _Sentence) -> float:
    """How well a quantity fits an input: 0 not at all, 1 the only one of its dimension, more with a cue word nearby."""
    if spec.kind == "text" or spec.dimension is None:
        return 0.0
    specs, held, awaited = sentence.calculator.inputs, sentence.held, sentence.awaited
    if nearest := _degrees(quantity, sentence):
        return 2.0 if spec.name == nearest else 0.0
    near = _nearest((*spec.cues, spec.name), quantity, sentence, beside=bool(awaited) and spec.name != awaited)
    if not _takes(spec, quantity):
        if near is not None and near <= _TOUCHING and _part_of(spec, quantity):
            return 2.0
        counted = quantity.dimension in _COUNTED and near is not None and near <= _TOUCHING
        return 1.5 if counted and "/" not in spec.dimension and spec.dimension not in {"time", "ratio"} else 0.0
    if spec.label.startswith(_FUEL) and _ELECTRIC.match(sentence.text, quantity.span[1]):
        return 0.0
    same_unit = 0.4 if quantity.unit == spec.unit else 0.0
    asked = 1.0 if spec.name == awaited else 0.0
    if not asked and _belongs_elsewhere(spec, quantity, sentence.text, specs):
        return 0.0
    if near is not None:
        return 2.0 + asked + same_unit + 1.0 / (1.0 + near)
    if asked:
        return 2.0
    rivals = [other for other in specs if other.kind != "text" and _takes(other, quantity)]
    if spec.name in held and sum(other.name in held for other in rivals) == 1:
        return 1.0 + same_unit
    told = [name for name in held if any(name == other.name for other in rivals)]
    if len(told) > 1 and len(told) == len(rivals):
        # What was said last is what is varied; of a state before and one after, the one after.
        return 0.9 if spec.name == (rivals[1].name if _follow(rivals) else told[-1]) else 0.0
    open_rivals = [r for r in rivals if r.default is None and r.default_factor is None and r.name not in held]
    if len(rivals) == 1 or (spec.required and sum(other.required for other in rivals) == 1):
        return 1.0 + same_unit
    first = [r for r in open_rivals if r.name in openers(sentence.calculator)] or open_rivals
    return 0.8 if first == [spec] else 0.0


def _degrees(quantity: FoundQuantity, sentence: _Sentence) -> str:
    """Of 度 alone, which may be warmth or electricity: the input given before in 度 whose amount is nearest."""
    if not quantity.text.endswith("度") or quantity.value is None or sentence.awaited or quantity.value <= 0:
        return ""
    specs = [s for s in sentence.calculator.inputs if s.name in sentence.held and s.dimension in _IN_DEGREES]
    if any(_nearest(s.cues, quantity, sentence, beside=True) is not None for s in specs):
        return ""
    before = {s.name: q.value for s in specs for q in find(sentence.held[s.name])[:1] if q.value}
    if len({s.dimension for s in specs}) < len(_IN_DEGREES) - 1 or len(before) < len(_IN_DEGREES) - 1:
        return ""
    now = quantity.value
    return min(before, key=lambda name: abs(log(before[name] / now)) if before[name] > 0 else inf)


def _part_of(spec: InputSpec, quantity: FoundQuantity) -> bool:
    """Whether an input is so much of the quantity's kind for one of something (电价0.7元: a price for each 度)."""
    what, _, per = (spec.dimension or "").partition("/")
    return bool(per) and "/" not in per and what == quantity.dimension and spec.dimension != "person/vehicle"


def _belongs_elsewhere(spec: InputSpec, quantity: FoundQuantity, text: str, specs: Sequence[InputSpec]) -> bool:
    """Whether a length of time is one of each day and the input is not, or the other way about, and another one fits."""
    by_day = _by_day(quantity, text)
    rivals = (other for other in specs if other.dimension == "time" and _takes(other, quantity))
    return spec.dimension == "time" and _daily(spec) != by_day and any(_daily(other) == by_day for other in rivals)


def _by_day(quantity: FoundQuantity, text: str) -> bool:
    """Whether a length of time is one of each day (一天能用10小时)."""
    start, end = quantity.span
    before = re.split(_PLACE_STOP, text[max(start - _BESIDE - 2, 0) : start])[-1]
    return any(word in before + text[start:end] for word in _DAYS) and quantity.unit not in {"day", *_CALENDAR}


@cache
def _stands_for(cue: str) -> frozenset[str]:
    """The units of which a cue word is an amount (半天, 一天): any amount in them is meant by it."""
    return frozenset(q.unit for q in find(cue) if q.text == cue)


def _nearest(cues: Sequence[str], quantity: FoundQuantity, sentence: _Sentence, *, beside: bool) -> int | None:
    """Characters between the quantity and the nearest cue word within the same piece of the sentence.

    The quantity's own words (10小时) count unless it has to be ``beside`` it, as where another input was asked for.
    A word before another quantity speaks of that one; behind it stands what both are of (60台7千瓦的桩).
    """
    if not beside and any(quantity.unit in _stands_for(cue) for cue in cues):
        return 0
    text, (start, end) = sentence.text, quantity.span
    left = max((m.end() for m in re.finditer(_PLACE_STOP, text[:start])), default=0)
    right_match = re.search(_PLACE_STOP, text[end:])
    right = end + right_match.start() if right_match else len(text)
    left = max((b for _, b in sentence.spans if left < b <= start), default=left)
    gaps = []
    for cue in cues:
        for match in re.finditer(re.escape(cue), text[left:right]):
            a, b = left + match.start(), left + match.end()
            if cue in _TURNS and a >= end:
                continue
            if a >= end or b <= start or not beside:
                # A word inside the quantity says less than one that touches it (80人改成线上).
                gaps.append(start - b if b <= start else a - end if a >= end else _INSIDE)
    return min(gaps, default=None)
