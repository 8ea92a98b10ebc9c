import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.library import Corpus, load
from corpus.references import Catalogue, Named, catalogue, catalogue_of, mentions

LEAD = "plan-green-lead-carbon-peak"
SAVING = "reg-public-institution-energy-saving"


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="module")
def laws() -> Catalogue:
    return catalogue(
        [
            Named("nat", "中华人民共和国节约用水条例", "国务院令第776号"),
            Named("sz", "深圳市节约用水条例", region="深圳"),
            Named("gz", "广州市节约用水条例"),
            Named("two", "甲办法、乙管理办法（试行）", "财库〔2019〕9号、财库〔2019〕18号"),
            Named("std", "公共机构碳排放核算指南", "JS/T 303-2026"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "written", "document_id", "how"),
    [
        ("国管节能〔2021〕426号怎么说", "国管节能〔2021〕426号", LEAD, "number"),
        ("按国管节能[2021]426号办", "国管节能[2021]426号", LEAD, "number"),
        ("按照国管节能（2021）426号办", "国管节能（2021）426号", LEAD, "number"),
        ("国管节能２０２１年４２６号", "国管节能２０２１年４２６号", LEAD, "number"),
        ("426号文", "426号文", LEAD, "alias"),
        ("531号令第三条", "531号令", SAVING, "number"),
        ("国务院令第531号", "国务院令第531号", SAVING, "number"),
        ("GB55015-2021附录C", "GB55015-2021", "std-gb55015-c06-office", "number"),
        ("gb 55015 里", "gb 55015", "std-gb55015-c06-office", "number"),
        ("DB44/T 2267的限额", "DB44/T 2267", "gd-db44t2267-2021", "number"),
        ("《公共机构节能条例》第十四条", "《公共机构节能条例》", SAVING, "title"),
        ("公共机构节能条例里", "公共机构节能条例", SAVING, "title"),
        ("节能条例第十四条", "节能条例", SAVING, "alias"),
        ("“十四五”规划二（三）", "十四五”规划", "plan-145-energy-resources", "alias"),
        ("固体废物法怎么罚", "固体废物法", "law-solid-waste", "alias"),
        ("公车管理办法第几条", "公车管理办法", "rule-official-vehicles-2017", "abbreviation"),
        ("2024-2025年节能降碳行动方案", "2024-2025年节能降碳行动方案", "plan-energy-carbon-2024-2025", "title"),
    ],
)
def test_a_document_goes_by_many_names(corpus: Corpus, text: str, written: str, document_id: str, how: str) -> None:
    (mention,) = mentions(corpus, text)
    assert mention.document_ids[0] == document_id
    assert mention.how == how
    assert mention.text == text[slice(*mention.span)]
    assert mention.text.strip("“") == written


@pytest.mark.parametrize(
    "text", ["什么标准", "会议的要求", "3号楼的空调", "用2号充电桩", "加95号汽油", "5月12号开会", "有关规定", ""]
)
def test_plain_words_name_nothing(corpus: Corpus, text: str) -> None:
    assert mentions(corpus, text) == ()


@pytest.mark.parametrize("text", ["《火星管理办法》", "国办发〔2031〕99号", "GB/T 99999-2020"])
def test_a_name_of_nothing_held_is_told_as_such(corpus: Corpus, text: str) -> None:
    (mention,) = mentions(corpus, text)
    assert mention.document_ids == ()


@pytest.mark.parametrize(
    ("text", "written", "document_id"),
    [
        (
            "依据国管局关于2026年公共机构节约能源资源工作安排的通知开展工作",
            "国管局关于2026年公共机构节约能源资源工作安排的通知",
            "annual-arrangement-2026",
        ),
        ("国家发展改革委、国管局令第32号第三条", "国家发展改革委、国管局令第32号", "rule-energy-audit-2015"),
        ("计量器具按GB/T 29149-2012配备", "GB/T 29149-2012", "std-gbt29149-metering"),
        ("根据国家发展改革委关于进一步加强节能工作的通知第三条", "国家发展改革委关于进一步加强节能工作的通知", ""),
        ("深圳市人民政府令第262号第十条", "深圳市人民政府令第262号", ""),
        ("市政府令第二百六十二号", "市政府令第二百六十二号", ""),
        ("依据第262号令核算", "第262号令", ""),
    ],
)
def test_an_issuer_or_an_order_outside_marks_is_found(
    corpus: Corpus, text: str, written: str, document_id: str
) -> None:
    (mention,) = mentions(corpus, text)
    assert (mention.text, mention.document_ids[:1]) == (written, (document_id,) if document_id else ())


def test_another_places_document_is_not_ours(laws: Catalogue) -> None:
    assert [m.document_ids for m in laws.mentions("深圳市节约用水条例第三条")] == [("sz",)]
    assert [m.document_ids for m in laws.mentions("节约用水条例第三条")] == [("nat",)]
    assert [m.document_ids for m in laws.mentions("杭州市节约用水条例第三条")] == [()]


def test_what_can_mean_several_gives_several(laws: Catalogue) -> None:
    (mention,) = laws.mentions("用水条例")
    assert set(mention.document_ids) == {"nat", "sz", "gz"}


def test_joint_titles_and_numbers(laws: Catalogue) -> None:
    for text in ("乙管理办法", "财库〔2019〕18号", "《乙管理办法（试行）》"):
        assert [m.document_ids for m in laws.mentions(text)] == [("two",)]


def test_several_in_one_sentence_in_order(laws: Catalogue) -> None:
    found = laws.mentions("深圳市节约用水条例和JS/T 303以及776号令")
    assert [m.document_ids for m in found] == [("sz",), ("std",), ("nat",)]


def test_every_shipped_title_and_number_names_its_document_or_the_one_in_its_place(corpus: Corpus) -> None:
    names = catalogue_of(corpus)
    for document in corpus.documents:
        meant = {document.id, document.superseded_by}
        for text in (f"《{document.title}》", *document.aliases):
            assert any(meant & set(m.document_ids) for m in names.mentions(text)), (document.id, text)


def test_a_name_of_two_versions_means_the_newer_one_and_a_number_its_own() -> None:
    names = catalogue(
        [
            Named("old", "示例省用能管理办法", "示例省人民政府令第301号", superseded_by="new"),
            Named("new", "示例省用能管理办法", "示例省人民政府令第355号"),
        ]
    )
    for text in ("《示例省用能管理办法》第五条", "示例省用能管理办法怎么说", "用能管理办法"):
        assert [m.document_ids for m in names.mentions(text)] == [("new",)], text
    assert [m.document_ids for m in names.mentions("示例省人民政府令第301号")] == [("old",)]


@pytest.fixture(scope="module")
def statutes() -> Catalogue:
    return catalogue(
        [
            Named("company", "中华人民共和国公司法"),
            Named("choice", "中华人民共和国涉外民事关系法律适用法"),
            Named("labour", "中华人民共和国劳动合同法"),
            Named("procedure", "中华人民共和国海事诉讼特别程序法"),
            Named("water", "浙江省机关办公用水若干问题的规定"),
            Named("waste", "党政机关厉行节约反对浪费条例"),
            Named("cars", "党政机关公务用车管理办法"),
            Named("quota", "公共机构能耗定额标准"),
        ]
    )


@pytest.mark.parametrize(
    "text",
    [
        "有哪些法律法规管这件事",
        "按相关法律法规规定处罚",
        "这要由中国司法机关办吗",
        "请求外国司法协助",
        "他人合法权益受损",
        "海事法院受理吗",
        "浙江省的规定，办公室怎么节水",
        "杭州市的标准是什么",
        "机构能耗标准煤怎么折算",
    ],
)
def test_a_word_that_holds_a_kind_is_no_abbreviation(statutes: Catalogue, text: str) -> None:
    assert statutes.mentions(text) == ()


@pytest.mark.parametrize(
    ("text", "document_id"),
    [
        ("劳动法规定加班费怎么算", "labour"),
        ("劳动法定义了什么", "labour"),
        ("按外国公司法处理", "company"),
        ("法律适用法怎么说", "choice"),
        ("浙江省办公用水规定怎么说", "water"),
        ("机构能耗标准是多少", "quota"),
    ],
)
def test_an_abbreviation_before_another_word_is_one(statutes: Catalogue, text: str, document_id: str) -> None:
    assert [m.document_ids for m in statutes.mentions(text)] == [(document_id,)]


def test_what_too_many_would_bear_is_no_abbreviation() -> None:
    for count, found in ((8, 1), (9, 0)):
        held = catalogue(Named(str(n), f"中华人民共和国人民{n}委员会法") for n in range(count))
        assert len(held.mentions("人民法怎么说")) == found


@pytest.mark.parametrize("text", ["反食品浪费条例第5条", "学校粮食浪费条例 第 8 条", "按私家公车管理办法的第三条"])
def test_the_tail_of_a_name_not_held_names_nothing_before_an_article(statutes: Catalogue, text: str) -> None:
    assert statutes.mentions(text) == ()


@pytest.mark.parametrize(
    ("text", "written", "document_id"),
    [
        ("浪费条例第5条", "浪费条例", "waste"),
        ("请问浪费条例第5条", "浪费条例", "waste"),
        ("我们单位要遵守浪费条例第五条", "浪费条例", "waste"),
        ("国管局公车管理办法第3条", "公车管理办法", "cars"),
        ("食品浪费条例管不管食堂", "浪费条例", "waste"),
    ],
)
def test_words_before_an_abbreviation_leave_it_one(
    statutes: Catalogue, text: str, written: str, document_id: str
) -> None:
    assert [(m.text, m.document_ids) for m in statutes.mentions(text)] == [(written, (document_id,))]


def test_an_abbreviation_inside_a_title_not_held_names_nothing(statutes: Catalogue) -> None:
    assert [m.document_ids for m in statutes.mentions("《非诉讼程序法》第二条")] == [()]


@pytest.mark.parametrize("text", ["再生能源發展條例", "《再生能源發展條例》", "再生能源发展条例", "国发〔2031〕5號"])
def test_names_are_the_same_in_both_scripts(text: str) -> None:
    held = catalogue([Named("energy", "再生能源發展條例", "國發〔2031〕5號")])
    assert [(m.text, m.document_ids) for m in held.mentions(f"請問{text}第三條")] == [(text, ("energy",))]


@given(st.text(alphabet="近零碳节能条例办法《》〔〕第号文2021GB/T 通知法", max_size=40))
def test_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    names = catalogue([Named("a", "节能条例", "国发〔2021〕21号"), Named("b", "近零碳办法", "GB/T 2021-12")])
    end = 0
    for mention in names.mentions(text):
        assert mention.span[0] >= end
        assert mention.text == text[slice(*mention.span)]
        end = mention.span[1]
    assert end <= len(text)
