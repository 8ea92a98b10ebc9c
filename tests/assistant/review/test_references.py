"""Where references stand in a line, what they name, and what is claimed of them."""

import pytest

from assistant.review.references import Finder, Reference
from corpus.library import Corpus
from corpus.locator import parse


@pytest.fixture
def finder(corpus: Corpus) -> Finder:
    return Finder(corpus)


ENERGY = "reg-public-institution-energy-saving"


@pytest.mark.parametrize(
    ("line", "document", "places"),
    [
        ("《公共机构节能条例》第十四条规定实行分项计量。", ENERGY, ["第十四条"]),
        ("节能条例第14条规定实行分项计量。", ENERGY, ["第十四条"]),
        ("按《公共机构节能条例》第十四条、第十五条执行计量和报告。", ENERGY, ["第十四条", "第十五条"]),
        (
            "《公共机构节能条例》第二十一条至第二十三条规定改造和审计。",
            ENERGY,
            ["第二十一条", "第二十二条", "第二十三条"],
        ),
        ("《近零碳机关标准化建设指引》第8部分提出要求。", "guideline-interpretation", ["第八部分"]),
        ("本指引第8部分对食堂提出要求。", "guideline-interpretation", ["第八部分"]),
        ("《深圳市近零碳排放区试点建设实施方案》附件1表6给出限值。", "sz-near-zero-pilot-plan-2021", ["附件1 表6"]),
        ("GB 55015-2021表C.0.6-3给出功率密度。", "std-gb55015-c06-office", ["表C.0.6-3"]),
        ("JS/T 301-2024第4.3条规定能源基准的取法。", "std-jst301-trusteeship", ["4.3"]),
        ("426号文二（二）提出光伏覆盖率。", "plan-green-lead-carbon-peak", ["二（二）"]),
        ("国管节能〔2021〕426号文件第二部分提出措施。", "plan-green-lead-carbon-peak", ["第二部分"]),
        ("《公共机构节能条例》（2017年修订）第十四条规定分项计量。", ENERGY, ["第十四条"]),
        (
            "《公共机构停止使用不可降解一次性塑料制品名录（第一批）》第5项列有购物袋。",
            "list-plastics-batch1",
            ["第五项"],
        ),
    ],
)
def test_document_and_place(finder: Finder, line: str, document: str, places: list[str]) -> None:
    (found,) = finder.find(line)
    assert found.document_ids[0] == document
    assert list(found.locators) == [parse(place) for place in places]
    assert line[slice(*found.span)] == found.text


@pytest.mark.parametrize(
    ("line", "document", "place", "whole"),
    [
        ("本指引共12部分，其中第8部分对食堂提出要求。", "guideline-interpretation", "第八部分", "共12部分"),
        (
            "《近零碳机关标准化建设指引》共12部分，其第8部分提出要求。",
            "guideline-interpretation",
            "第八部分",
            "共12部分",
        ),
        ("《公共机构节能条例》全文共43条，其第十四条规定分项计量。", ENERGY, "第十四条", "全文共43条"),
    ],
)
def test_a_place_of_the_whole_keeps_its_document(
    finder: Finder, line: str, document: str, place: str, whole: str
) -> None:
    (found,) = finder.find(line)
    assert (found.document_ids[0], found.locators, found.whole) == (document, (parse(place),), whole)


def test_the_number_beside_a_title_belongs_to_it(finder: Finder) -> None:
    (found,) = finder.find("《公共机构节能条例》（国务院令第999号）第十四条规定分项计量。")
    assert (found.document_ids, found.number) == ((ENERGY,), "国务院令第999号")
    (found,) = finder.find(
        "国管节能〔2021〕426号《深入开展公共机构绿色低碳引领行动促进碳达峰实施方案》二（二）提出光伏。"
    )
    assert found.number == "国管节能〔2021〕426号"


def test_a_document_is_carried_over(finder: Finder) -> None:
    finder.find("《机关事务管理条例》第二十六条要求单车核算油耗。")
    for line in ("该条例第二十九条要求少开会。", "第二十九条要求少开会。", "同时，上述条例第二十九条要求少开会。"):
        (found,) = finder.find(line)
        assert (found.document_ids, found.carried) == (("reg-office-affairs",), True)


def test_two_references_of_a_sentence_have_their_own_claims(finder: Finder) -> None:
    first, second = finder.find("《公共机构节能条例》第十四条要求分项计量，第十五条要求每年3月31日前报送报告。")
    assert "分项计量" in first.claim
    assert "3月31日" not in first.claim
    assert "3月31日" in second.claim
    assert second.document_ids == (ENERGY,)


def test_a_claim_may_stand_before_its_reference(finder: Finder) -> None:
    (found,) = finder.find("本单位电梯智能控制、合理安排开启台数（《公共机构节能条例》第三十一条）。")
    assert found.claim == "电梯智能控制、合理安排开启台数"
    (found,) = finder.find("《公共机构节能条例》（国务院令第531号）自2008年10月1日起施行（第四十三条）。")
    assert [p.canonical() for p in found.locators] == ["第四十三条"]


def test_a_document_inside_a_claim_is_no_reference(finder: Finder) -> None:
    (found,) = finder.find("《公共建筑室内温度控制管理办法》第一条规定依据《节约能源法》和国办发〔2007〕42号制定。")
    assert found.document_ids == ("rule-public-building-indoor-temp",)
    assert "国办发" in found.claim


@pytest.mark.parametrize(
    "line",
    [
        "本单位制定了节能措施。",
        "食堂实行光盘行动。",
        "全年用电186万千瓦时。",
        "三、自评结论",
        "表1 能耗统计",
        "完善管理办法和工作方案。",
    ],
)
def test_no_reference(finder: Finder, line: str) -> None:
    assert finder.find(line) == ()


def test_the_writers_own_story_is_no_claim(finder: Finder) -> None:
    (found,) = finder.find("按照《公共机构节能条例》第十四条实行分项计量，我单位已安装电表36块。")
    assert "36" not in found.claim
    assert isinstance(found, Reference)
