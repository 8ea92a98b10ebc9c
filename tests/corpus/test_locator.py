import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.library import Corpus
from corpus.locator import Level, Locator, find, parse
from corpus.numerals import chinese

numbers = st.integers(1, 300)


@given(numbers, st.none() | numbers, st.none() | st.integers(1, 20))
def test_articles_are_the_same_in_both_numerals(article: int, after: int | None, paragraph: int | None) -> None:
    tail_zh = (f"之{chinese(after)}" if after else "") + (f"第{chinese(paragraph)}款" if paragraph else "")
    tail_ar = (f"之{after}" if after else "") + (f"第{paragraph}款" if paragraph else "")
    written, arabic = parse(f"第{chinese(article)}条{tail_zh}"), parse(f"第{article}条{tail_ar}")
    assert written == arabic
    assert hash(written) == hash(arabic)
    assert parse(written.canonical()) == written


@given(numbers, numbers)
def test_order_follows_the_numbers(a: int, b: int) -> None:
    first, second = parse(f"第{chinese(a)}条"), parse(f"第{b}条")
    assert (first < second) == (a < b)
    assert (first == second) == (a == b)


@given(st.lists(st.integers(1, 40), min_size=2, max_size=4))
def test_section_numbers_round_trip(path: list[int]) -> None:
    text = ".".join(map(str, path))
    assert [p.number for p in parse(text).parts] == [tuple(path)]
    assert parse(parse(text).canonical()) == parse(text)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 30))
def test_policy_numbering_round_trips(top: int, sub: int, item: int) -> None:
    locator = parse(f"{chinese(top)}、（{chinese(sub)}）{item}")
    assert [p.level for p in locator.parts] == [Level.HEADING, Level.SUBHEADING, Level.NUMBERED]
    assert parse(locator.canonical()) == locator


@given(st.text(max_size=60))
def test_any_text_parses_and_orders(text: str) -> None:
    locator = parse(text)
    assert locator == parse(text)
    assert not locator < parse(text)


@pytest.mark.parametrize(
    ("outer", "inner", "covered"),
    [
        ("第8部分", "三、第8部分", True),
        ("第十四条", "第十四条第一款", True),
        ("第十五条", "第十四条至第十五条", True),
        ("第六条", "第五条、第六条", True),
        ("第八条", "第十八条", False),
        ("第三条", "第三十条", False),
        ("三（五）", "三（五）2", True),
        ("二（三）", "三（五）2", False),
        ("5.2", "5.2.11", True),
        ("5.2", "5.3", False),
        ("附件1", "附件1 表5", True),
        ("表5", "附件1 表5", True),
        ("（三）", "三（三）", False),
        ("第二款", "第三条第二款", True),
        ("第6-8条", "第七条第一款", True),
        ("第6-8条", "第九条", False),
        ("第六条至第八条", "第八条", True),
    ],
)
def test_covers(outer: str, inner: str, covered: bool) -> None:
    assert parse(outer).covers(parse(inner)) is covered


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("第6部分规定的充电桩配置比例是多少？", ["第6部分"]),
        ("节能条例第十四条第二款", ["第十四条第二款"]),
        ("按照附录A表A.1和表5执行", ["附录A表A.1", "表5"]),
        ("二、（三）怎么写的", ["二、（三）"]),
        ("第一百零三条之一", ["第一百零三条之一"]),
        ("GB 55015-2021 里 5.2.1 条", ["5.2.1"]),
        ("机关条例第 17 条讲什么", ["第 17 条"]),
        ("第 八 部分和第　９　章", ["第 八 部分", "第　９　章"]),
        ("第17 条第 2 款和第三条 第4项", ["第17 条第 2 款", "第三条 第4项"]),
        ("第三条 第五条", ["第三条", "第五条"]),
        ("能源法第 11 條之 2 第 1 項", ["第 11 條之 2 第 1 項"]),
        ("第 21-3 条", ["第 21-3 条"]),
        ("附件 3 和附件12、附錄 B", ["附件 3", "附件12", "附錄 B"]),
        ("附件 2030年版", []),
        ("今年第一次开会用电3.5万度", []),
        ("一般来说三个人", []),
    ],
)
def test_find_in_running_text(text: str, places: list[str]) -> None:
    found = list(find(text))
    assert [locator.text for _, locator in found] == places
    assert [text[a:b] for (a, b), _ in found] == places


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("第 17 条", "第十七条"),
        ("第　１７　条　第 2 款", "第十七条第二款"),
        ("第 八 部分", "第8部分"),
        ("第 21-3 條", "第二十一条之三"),
        ("第11條之2", "第十一条之二"),
        ("第 3 節", "第三节"),
        ("第一編", "第一编"),
        ("第 5 條第 2 項第 1 款", "第五条第二项第一款"),
        ("附錄 B", "附录B"),
        ("第 6-8 条", "第六条至第八条"),
    ],
)
def test_spaces_and_traditional_script_make_no_other_place(written: str, plain: str) -> None:
    assert parse(written) == parse(plain)
    assert parse(parse(written).canonical()).parts == parse(plain).parts


def test_every_locator_of_the_library_round_trips(corpus: Corpus) -> None:
    for clause in corpus.clauses:
        locator = clause.locator
        if locator is not None and locator.until is None and not locator.others:
            assert parse(locator.canonical()) == locator, locator.text


def test_a_list_of_locators_sorts_as_a_reader_expects() -> None:
    texts = ["第二十条", "第三条第二款", "第三条", "第一百零一条", "第三条之一"]
    assert [locator.text for locator in sorted(map(parse, texts))] == [
        "第三条",
        "第三条第二款",
        "第三条之一",
        "第二十条",
        "第一百零一条",
    ]
    assert isinstance(parse(""), Locator)
