"""The annotated reports: a Word file with comments, a sheet of verdicts."""

import csv
import io
import json
from pathlib import Path

import docx
import pytest
from python_calamine import CalamineWorkbook

from assistant.review.items import check_lines
from assistant.review.reading import Lines, read
from assistant.review.report import LABELS, compared, write
from corpus.errors import InputError
from corpus.library import Corpus

TEXT = "一、依据\n《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。\n《公共机构节能条例》第十四条规定分户、分类、分项计量。\n=1+1 本单位用电。"


def lines(text: str) -> Lines:
    return Lines(tuple(enumerate(text.splitlines(), 1)), "text")


def test_a_word_report_of_a_text(corpus: Corpus, tmp_path: Path) -> None:
    given = lines(TEXT)
    write(check_lines(given.lines, corpus), tmp_path / "report.docx", None, given)
    report = docx.Document(str(tmp_path / "report.docx"))
    comments = [comment.text for comment in report.comments]
    assert len(comments) == 2
    assert "内容有出入" in comments[0]
    assert "2［-4-］［+6+］" in comments[0]
    assert "正确" in comments[1]
    assert [p.text for p in report.paragraphs][:4] == TEXT.splitlines()
    assert "找到引用 2 处" in report.paragraphs[-1].text


def test_a_word_filing_keeps_its_text_and_marks_the_reference_only(corpus: Corpus, tmp_path: Path) -> None:
    filing = docx.Document()
    paragraph = filing.add_paragraph()
    paragraph.add_run("食堂：").bold = True
    paragraph.add_run("依据《公共机构节能条例》第十四条实行分项计量。")
    filing.add_table(1, 1).cell(0, 0).text = "《公共机构节能条例》第五十八条"
    filing.save(str(tmp_path / "a.docx"))
    given = read(tmp_path / "a.docx")
    write(check_lines(given.lines, corpus), tmp_path / "b.docx", tmp_path / "a.docx", given)
    report = docx.Document(str(tmp_path / "b.docx"))
    assert report.paragraphs[0].text == "食堂：依据《公共机构节能条例》第十四条实行分项计量。"
    marked = [run.text for run in report.paragraphs[0].runs if run.font.highlight_color is not None]
    assert marked == ["《公共机构节能条例》第十四条"]
    assert report.paragraphs[0].runs[0].bold
    assert ["没有这一条" in c.text for c in report.comments] == [False, True]


def test_a_sheet_of_verdicts(corpus: Corpus, tmp_path: Path) -> None:
    given = lines(TEXT)
    write(check_lines(given.lines, corpus), tmp_path / "report.xlsx", None, given)
    book = CalamineWorkbook.from_path(str(tmp_path / "report.xlsx"))
    rows = book.get_sheet_by_name("核对结果").to_python()
    assert [row[2] for row in rows[1:]] == ["没有引用", "内容有出入", "正确", "没有引用"]
    assert rows[2][4] == "≥24℃"
    assert rows[4][1].startswith("=1+1")
    scope = dict(row[:2] for row in book.get_sheet_by_name("范围").to_python())
    assert scope["找到引用"] == scope["作出判断"] == 2
    assert set(LABELS.values()) - {"无法判断"} <= {str(key).removeprefix("其中：") for key in scope}


def test_refusals(corpus: Corpus, tmp_path: Path) -> None:
    given = lines(TEXT)
    checked = check_lines(given.lines, corpus)
    with pytest.raises(InputError, match=r"\.docx、\.xlsx、\.csv、\.json"):
        write(checked, tmp_path / "report.pdf", None, given)
    with pytest.raises(InputError, match="写不了"):
        write(checked, tmp_path / "none" / "report.docx", None, given)
    with pytest.raises(InputError, match="写不了"):
        write(checked, tmp_path / "none" / "report.xlsx", None, given)
    same = tmp_path / "a.docx"
    docx.Document().save(str(same))
    with pytest.raises(InputError, match="不能覆盖"):
        write(checked, same, same, given)


def test_character_by_character() -> None:
    assert compared("4月30日", "3月31日") == "［-4-］［+3+］月3［-0-］［+1+］日"


def test_a_table_and_an_object_for_other_programs(corpus: Corpus, tmp_path: Path) -> None:
    given = lines(TEXT)
    checked = check_lines(given.lines, corpus)
    write(checked, tmp_path / "report.csv", None, given)
    rows = list(csv.reader(io.StringIO((tmp_path / "report.csv").read_text(encoding="utf-8-sig"))))
    assert [row[2] for row in rows] == ["判断", "没有引用", "内容有出入", "正确", "没有引用"]
    assert rows[4][1].startswith("'=1+1")
    write(checked, tmp_path / "report.json", None, given)
    said = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert said["schema"] == "nearzero.check/1"
    assert said["scope"] == {"references_found": 2, "judged": 2, "abstained": 0}
