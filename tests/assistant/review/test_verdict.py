"""One verdict at a time."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.review.items import Item, check, to_json
from corpus.library import Corpus, load
from corpus.model import Clause, Confidence, Document, DocumentKind, Region, Source, SourceKind, Strength, TextStatus

Judged = Callable[[str], Item]


@pytest.mark.parametrize(
    ("line", "kind", "written", "held"),
    [
        ("《公共建筑室内温度控制管理办法》第三条规定夏季室内温度不得低于24℃。", "value", "≥24℃", "≥26 ℃"),
        ("《公共建筑室内温度控制管理办法》第三条规定夏季室内温度不得高于26℃。", "modal", "≤26℃", "≥26℃"),
        (
            "《公共机构节能条例》（国务院令第513号）第十四条规定分项计量。",
            "number",
            "国务院令第513号",
            "国务院令第531号",
        ),
        ("引领行动方案二（二）提出到2030年新建建筑光伏覆盖率力争达到50%。", "year", "2030年", "2025年"),
        ("《节约能源法》第二十八条规定可以对能源消费实行包费制。", "modal", "可以", "不得"),
    ],
)
def test_altered(judged: Judged, line: str, kind: str, written: str, held: str) -> None:
    item = judged(line)
    assert item.verdict == "altered"
    (difference,) = item.differences
    assert (difference.kind, difference.written, difference.held.replace(" ", "")) == (
        kind,
        written,
        held.replace(" ", ""),
    )


def test_figures_stand_before_binding_words(judged: Judged) -> None:
    item = judged("引领行动方案一（三）提出，2025年单位建筑面积能耗下降6%、以2015年为基数。")
    assert [d.kind for d in item.differences] == ["value", "year"]


@pytest.mark.parametrize(
    "line",
    [
        "《公共建筑室内温度控制管理办法》第三条规定夏季室内温度不低于26摄氏度。",
        "《公共建筑室内温度控制管理办法》第三条规定夏季室内温度应当不低于26℃，冬季不得高于20℃。",
        "《深圳市碳排放权交易管理办法》第十条规定三千吨二氧化碳当量以上的单位列入重点排放单位。",
        "《节约能源法》第五十二条规定年综合能源消费10000吨标准煤以上的为重点用能单位。",
        "财办库〔2024〕269号第二部分规定新能源汽车占年度公务用车采购总量的比例原则上不低于三成。",
    ],
)
def test_the_same_figure_in_another_form_is_right(judged: Judged, line: str) -> None:
    assert judged(line).verdict == "right"


def test_a_later_sentence_is_compared_too(judged: Judged) -> None:
    item = judged("《公共建筑室内温度控制管理办法》第三条对公共建筑室内温度作出规定。公共建筑夏季室内温度不得低于28℃。")
    assert item.verdict == "altered"


def test_wrong_clause_of_another_document(judged: Judged) -> None:
    item = judged("《机关事务管理条例》第三条规定公共建筑夏季室内温度不得低于26℃、冬季室内温度不得高于20℃。")
    assert item.verdict == "wrong_clause"
    assert item.clause is not None
    assert item.clause.document_id != "reg-office-affairs"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("《公共机构节能条例》第五十八条规定了专项资金。", "no_such_clause"),
        ("《近零碳机关标准化建设指引》第13部分规定了碳汇。", "no_such_clause"),
        ("《公共机构节能条例》第九条规定了表彰和奖励的条件。", "abstain"),
        ("《近零碳机关标准化建设指引》第6部分规定充电桩配置比例不低于30%。", "abstain"),
        ("《近零碳机关标准化建设指引》8.2.1规定油烟净化设备安装率为100%。", "abstain"),
        ("《深圳经济特区建筑节能条例》第二十条要求分项计量。", "superseded"),
        ("《党政机关公务用车配备使用管理办法》第五条规定了配备标准。", "superseded"),
        ("《某市机关碳中和评价导则》第六条规定绿电比例。", "unknown_document"),
        ("深圳市人民政府令第262号第十条规定了碳排放配额。", "superseded"),
        ("市政府令第二百六十二号规定了碳排放权交易。", "superseded"),
        ("广州市人民政府令第262号第三条规定了节能。", "unknown_document"),
        ("GB/T 29149-2013规定会议室等行政区固定用电设备额定功率之和超过10千瓦的单独计量。", "altered"),
        ("GB/T 29149-2012规定会议室等行政区固定用电设备额定功率之和超过10千瓦的单独计量。", "right"),
        ("《公共机构节能条例》共43条，其第十四条规定实行分户、分类、分项计量。", "right"),
        ("《公共机构节能条例》共45条，其第十四条规定实行分户、分类、分项计量。", "abstain"),
        ("近零碳试点方案附件1表8规定电力排放因子取0.4512千克二氧化碳/千瓦时。", "right"),
        ("第十条规定了会议碳排放。", "abstain"),
        ("全年用电186万千瓦时。", "no_reference"),
        ("依据《公共机构节能条例》（国务院令第五百三十一号）第十四条，实行分户、分类、分项计量。", "right"),
        ("依据《公共机构节能条例》（国务院令第五百三十号）第十四条，实行分户、分类、分项计量。", "altered"),
        ("编制依据：《公共机构节能条例》（国务院令第531号）", "right"),
        ("《中华人民共和国节约能源法》（中华人民共和国主席令第七十七号）第二十八条禁止包费制。", "abstain"),
    ],
)
def test_other_verdicts(judged: Judged, line: str, verdict: str) -> None:
    assert judged(line).verdict == verdict


def document(identity: str, **fields: object) -> Document:
    clauses = fields.pop("clauses")
    record = {
        "id": identity,
        "title": f"{identity}管理规定",
        "kind": DocumentKind.REGULATION,
        "region": Region.NATIONAL,
        "confidence": Confidence.FULL,
        "sources": (Source(kind=SourceKind.GIVEN),),
        "clauses": clauses,
    }
    return Document.model_validate({**record, **fields})


def clause(place: str, text: str, status: TextStatus = TextStatus.ORIGINAL) -> Clause:
    return Clause(locator=place, heading=text[:6], text=text, strength=Strength.SHALL, text_status=status)  # type: ignore[arg-type]


def test_a_version_replaced_is_superseded() -> None:
    one = document("a2001", title="机关节水管理规定", clauses=(clause("第一条", "机关应当安装节水器具。"),))
    two = document("a2020", title="机关节水管理规定（2020年）", replaces=("a2001",), clauses=one.clauses)
    item = check("《机关节水管理规定》第一条要求安装节水器具。", Corpus((one, two))).items[0]
    assert item.verdict == "superseded"
    assert "2020" in item.detail


def test_an_original_decides_where_a_digest_abstains() -> None:
    texts = ("机关应当安装节水器具，漏损率不得超过百分之二。", "机关应当每季度检查用水管网。")
    line = "《机关节水管理规定》第三条规定机关应当公示用水量。"
    original = document(
        "a", title="机关节水管理规定", clauses=tuple(clause(f"第{n}条", t) for n, t in zip("一二", texts, strict=True))
    )
    digest = document(
        "a",
        title="机关节水管理规定",
        clauses=tuple(clause(f"第{n}条", t, TextStatus.DIGEST) for n, t in zip("一二", texts, strict=True)),
    )
    assert check(line, Corpus((original,))).items[0].verdict == "no_such_clause"
    assert check(line, Corpus((digest,))).items[0].verdict == "abstain"


def test_the_contract(corpus: Corpus) -> None:
    text = "一、依据\n\n《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。\n  附件清单  \n"
    made = to_json(check(text, corpus))
    assert made["schema"] == "nearzero.check/1"
    assert [item["line"] for item in made["items"]] == [1, 3, 4]
    assert made["scope"] == {"references_found": 1, "judged": 1, "abstained": 0}
    lines = text.splitlines()
    for item in made["items"]:
        assert lines[item["line"] - 1][slice(*item["span"])] == item["text"]
    altered = made["items"][1]
    (difference,) = altered["differences"]
    assert difference == {"kind": "value", "written": "≥24℃", "held": difference["held"]}
    assert difference["held"].replace(" ", "") == "≥26℃"
    assert altered["clause"]["document_id"] == altered["document_id"] == "rule-public-building-indoor-temp"
    assert altered["clause"]["text_status"] == "digest"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_gives_an_item_a_line(text: str) -> None:
    found = check(text, CORPUS).items
    assert {i.line for i in found} == {n for n, line in enumerate(text.splitlines(), 1) if line.strip()}


PIECES = [
    "《公共机构节能条例》",
    "第十四条",
    "（国务院令第531号）",
    "规定",
    "不低于",
    "26℃",
    "，",
    "。",
    "（",
    "）",
    "该条例",
    "2025年",
    "应",
    "附件1表6",
    "和",
    "；",
    "30%",
    "《",
    "》",
    "第三款",
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_pile_of_references_is_judged(pieces: list[str]) -> None:
    line = "".join(pieces)
    for item in check(line, CORPUS).items:
        assert line[slice(*item.span)] == item.text


CORPUS = load()
