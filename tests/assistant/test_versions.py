"""A regulation in two versions, from the files to answers as of a day, its pointers and its terms."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.cli import main, plain
from assistant.settings import Settings
from corpus.overlay import load_all

OLD = """示例省公共机构用能管理办法
（2018年3月20日示例省人民政府令第301号公布，自2018年5月1日起施行）
第一章 总则
第一条 为了加强公共机构用能管理，制定本办法。
第二条 本办法所称用能档案，是指公共机构按年度保存的能源消耗记录和凭证。
第二章 用能管理
第三条 公共机构空调温度设置，夏季不得低于26℃，冬季不得高于20℃。
第四条 公共机构应当每季度公布一次能耗情况，具体按第五条执行。
第五条 能耗情况应当包括电、水、天然气的消费量和人均值。
第六条 公共机构应当保存用能档案五年。
第三章 附则
第七条 本办法自2018年5月1日起施行。
"""
NEW = """示例省公共机构用能管理办法
（2023年6月15日示例省人民政府令第355号公布，自2023年9月1日起施行）
第一章 总则
第一条 为了加强公共机构用能管理，推动绿色低碳发展，制定本办法。
第二条 本办法所称用能档案，是指公共机构按月度保存的能源消耗和碳排放记录。
第二章 用能管理
第三条 公共机构空调温度设置，夏季不得低于27℃，冬季不得高于18℃。
第四条 公共机构应当每月公布一次能耗情况，具体按第六条执行。
第五条 公共机构应当建立能源管理岗位。
第六条 能耗情况应当包括电、水、天然气的消费量、人均值和碳排放量。
第三章 附则
第七条 本办法自2023年9月1日起施行。2018年3月20日公布的《示例省公共机构用能管理办法》同时废止。
"""
TITLE = "示例省公共机构用能管理办法"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, home: Path, assistant: Assistant) -> Path:
    """A home of its own that begins with the index all tests share."""
    made = tmp_path_factory.mktemp("versions")
    shutil.copytree(home, made / "home")
    (made / "旧.txt").write_text(OLD, encoding="utf-8")
    (made / "新.txt").write_text(NEW, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def ids(folder: Path) -> tuple[str, str]:
    """The two versions, added in one go, the newer one first: ids of the older and the newer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARZERO_HOME", str(folder / "home"))
        assert main(["corpus", "add", "--yes", str(folder / "新.txt"), str(folder / "旧.txt")]) == 0
    held = [d for d in load_all(folder / "home" / "documents").documents if d.title == TITLE]
    older, newer = sorted(held, key=lambda d: d.effective or "")
    return older.id, newer.id


@pytest.fixture(scope="module")
def both(folder: Path, ids: tuple[str, str]) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(home=folder / "home"))
    yield opened
    opened.close()


def cited(answer: Answer) -> set[str]:
    return {c.document_id for c in answer.citations}


def test_versions_are_kept_side_by_side_and_linked(both: Assistant, ids: tuple[str, str]) -> None:
    older, newer = (both.corpus.document(i) for i in ids)
    assert older.id.endswith("-2018")
    assert (older.number, newer.number) == ("示例省人民政府令第301号", "示例省人民政府令第355号")
    assert (older.effective, newer.effective) == ("2018-05-01", "2023-09-01")
    assert older.superseded_by == newer.id
    assert newer.replaces == (older.id,)


@pytest.mark.parametrize(
    ("on", "which", "said"),
    [
        (None, 1, "27℃"),
        (date(2018, 5, 1), 0, "26℃"),
        (date(2023, 8, 31), 0, "26℃"),
        (date(2023, 9, 1), 1, "27℃"),
    ],
)
def test_the_version_in_force_answers(
    both: Assistant, ids: tuple[str, str], on: date | None, which: int, said: str
) -> None:
    for question in (f"{TITLE}规定夏季空调温度不得低于多少度", f"《{TITLE}》第三条"):
        answer = both.ask(question, as_of=on)
        assert answer.kind == "answer"
        assert said in answer.text
        assert ids[which] in cited(answer)
        assert ids[1 - which] not in cited(answer)


def test_the_answer_says_which_version_it_used(both: Assistant) -> None:
    answer = both.ask(f"《{TITLE}》第三条", as_of=date(2020, 1, 1))
    first = answer.text.splitlines()[0]
    assert first.startswith("按2020年1月1日有效的文本回答。")
    assert "2018年5月1日起施行的版本，2023年9月1日起不再有效" in first
    assert "按2020年" not in both.ask(f"《{TITLE}》第三条").text


def test_before_its_time_a_document_answers_nothing(both: Assistant, ids: tuple[str, str]) -> None:
    answer = both.ask(f"《{TITLE}》第三条", as_of=date(2017, 12, 31))
    assert answer.kind == "refusal"
    assert "自2018年5月1日起施行，当时还没有施行" in answer.text
    assert not cited(answer) & set(ids)


def test_what_a_clause_points_at_is_brought_in(both: Assistant, ids: tuple[str, str]) -> None:
    for on, which, place in ((None, 1, "第六条"), (date(2019, 1, 1), 0, "第五条")):
        answer = both.ask(f"{TITLE}规定多久公布一次能耗情况", as_of=on)
        pulled = [c for c in answer.citations if c.via]
        assert [(c.key, c.via) for c in pulled] == [(f"{ids[which]}#{place}", f"{ids[which]}#第四条")]
        assert f"第四条引出的条款[{answer.citations[0].n}]：" in answer.text
        assert f"[{pulled[0].n}]" in answer.text


def test_a_term_is_found_where_it_is_defined(both: Assistant, ids: tuple[str, str]) -> None:
    now = both.ask("什么是用能档案")
    assert now.text.startswith("**用能档案**：公共机构按月度保存的能源消耗和碳排放记录")
    assert now.citations[0].key == f"{ids[1]}#第二条"
    then = both.ask("用能档案是什么意思", as_of=date(2019, 1, 1))
    assert "按年度保存" in then.text
    assert then.citations[0].key == f"{ids[0]}#第二条"


def test_the_commands_know_both(
    folder: Path, ids: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEARZERO_HOME", str(folder / "home"))
    assert main(["corpus", "diff", *ids, "--json"]) == 0
    changes = {
        (c["kind"], (c["after"] or c["before"])["place"]) for c in json.loads(capsys.readouterr().out)["changes"]
    }
    assert {("changed", "第三条"), ("added", "第五条"), ("renumbered", "第六条")} <= changes
    assert main(["corpus", "show", ids[0]]) == 0
    shown = capsys.readouterr().out
    assert f"2018-05-01起，{ids[0]}" in shown
    assert f"2023-09-01起，{ids[1]}" in shown
    assert f"→ 第五条：{ids[0]}#第五条" in shown
    assert main(["corpus", "show", f"{ids[1]}#第四条"]) == 0
    assert f"→ 第六条：{ids[1]}#第六条" in capsys.readouterr().out


def test_adding_a_version_again_replaces_only_that_version(
    folder: Path, both: Assistant, ids: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARZERO_HOME", str(folder / "home"))
    again = folder / "旧（更正）.txt"
    again.write_text(OLD.replace("保存用能档案五年", "保存用能档案十年"), encoding="utf-8")
    assert main(["corpus", "add", "--yes", str(again)]) == 0
    held = {d.id: d for d in load_all(folder / "home" / "documents").documents if d.title == TITLE}
    assert set(held) == set(ids)
    assert any("十年" in c.text for c in held[ids[0]].clauses)
    assert not any("十年" in c.text for c in held[ids[1]].clauses)


def test_the_terminal_shows_the_day(both: Assistant) -> None:
    assert "按2020年1月1日有效的文本回答" in plain(both.ask(f"《{TITLE}》第三条", as_of=date(2020, 1, 1)))
