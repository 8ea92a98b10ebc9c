"""Journeys told in words, changed in part."""

import pytest

from assistant.conversation.journeys import put_right, revised


@pytest.mark.parametrize(
    ("held", "said", "expected"),
    [
        ("30人坐高铁来回300公里；10人坐地铁单程9公里", "高铁的是40人", "40人坐高铁来回300公里；10人坐地铁单程9公里"),
        ("80人坐地铁单程9公里", "120人", "120人坐地铁单程9公里"),
        ("80人坐地铁单程9公里", "单程12公里", "80人坐地铁单程12公里"),
        ("30人坐高铁来回300公里", "20人坐地铁单程8公里", "20人坐地铁单程8公里"),
        (
            "3人坐高铁来回900公里；2人坐飞机来回3200公里",
            "5人坐飞机来回1800公里",
            "3人坐高铁来回900公里；5人坐飞机来回1800公里",
        ),
        ("3人坐高铁来回900公里；2人坐飞机来回3200公里", "5公里", None),
        ("3人坐高铁来回900公里", "20度电", None),
    ],
)
def test_put_right(held: str, said: str, expected: str | None) -> None:
    assert put_right(held, said) == expected


def test_revised_needs_one_way_of_travelling() -> None:
    assert revised("2人坐飞机来回2000公里", "坐高铁呢") == "2人坐高铁来回2000公里"
    assert revised("60人坐地铁单程9公里；20人开车单程12公里", "开车的拼一下") is None
    assert revised("60人坐地铁单程9公里；20人开车单程12公里", "都改成开车") is not None
    assert revised("2人坐飞机来回2000公里；3人坐地铁10公里", "坐高铁呢") is None
    assert revised("2人坐飞机来回2000公里", "食堂呢") is None
