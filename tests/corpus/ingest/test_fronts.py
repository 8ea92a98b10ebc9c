"""What stands at the head and foot of official files: orders, index cards, title pages, history notes, many signatures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.ingest import assemble

Write = Callable[..., Path]
BODY = (
    "各单位要健全工作机制，压实主体责任，完善计量统计、监督考核和信息公开制度，推动公共机构能源资源利用效率持续提升。"
)

ORDER = (
    "^示例省人民政府令",
    "^第 287 号",
    "《示例省公共机构节能办法》已经2024年1月8日省人民政府第25次常务会议审议通过，现予公布，自2024年4月1日起施行。",
    ">省 长 张某某",
    ">2024年1月20日",
    "^示例省公共机构节能办法",
    "第一条 为了推动公共机构节能，制定本办法。",
    f"第二条 {BODY}",
    "第三条 本办法自2024年4月1日起施行。",
)
CARD = (
    [
        ["索 引 号", "11440300/2023-00123", "分 类", "节能"],
        ["发布机构", "示例市人民政府", "成文日期", "2023年04月26日"],
        ["文 号", "示府〔2023〕21号", "公开日期", "2023年05月06日"],
    ],
    "^示例市机关节水若干措施",
    f"一、总体要求。{BODY}",
    f"二、主要任务。{BODY}",
)
COVER = (
    "^示例省“十四五”公共机构",
    "^节约能源资源工作规划",
    "^示例省机关事务管理局",
    "^二〇二一年九月",
    "为做好节约能源资源工作，编制本规划。",
    f"一、规划背景。{BODY}",
)
NOTE = (
    "^示例市促进绿色低碳发展若干措施",
    "^（示例市发展和改革局 2024年3月）",
    f"第一条 {BODY}",
    "第二条 本措施自2024年4月1日起实施。",
)
MANY = (
    "示发改环资〔2022〕1186号",
    "^示例省发展改革委等四部门关于进一步加强",
    "^公共机构塑料污染治理工作的指导意见",
    "各市人民政府：",
    "经省人民政府同意，提出如下意见。",
    f"一、总体目标。{BODY}",
    "^示例省发展和改革委员会 示例省机关事务管理局",
    "^示例省生态环境厅 示例省商务厅",
    ">2022 年 12 月 5 日",
)
HISTORY = (
    "^示例市节约用水条例",
    "^（2012年8月30日示例市第五届人民代表大会常务委员会第十六次会议通过 根据2020年8月26日示例市第六届人民代表大会常务委员会"
    "第四十四次会议《关于修改〈示例市节约用水条例〉的决定》修正）",
    f"第一条 {BODY}",
    "第二条 本条例自2013年1月1日起施行。",
)
STANDARD = (
    "ICS 13.020.20",
    ">DB99/T 2345—2023",
    "^近零碳公共机构建设规范",
    "2023 - 05 - 12 发布 2023 - 06 - 12 实施",
    "^示例省市场监督管理局 发布",
    "^前 言",
    "本文件按照GB/T 1.1—2020的规定起草。",
    "1 范围",
    "本文件规定了近零碳公共机构的建设要求。",
    "2 要求",
    "2.1 应建立管理制度。",
    "2.2 应每月核对台账。",
)


@pytest.mark.parametrize(
    ("blocks", "facts"),
    [
        (
            ORDER,
            {
                "title": "示例省公共机构节能办法",
                "number": "示例省人民政府令第287号",
                "issuer": "示例省人民政府",
                "issued": "2024-01-20",
                "effective": "2024-04-01",
            },
        ),
        (
            CARD,
            {
                "title": "示例市机关节水若干措施",
                "number": "示府〔2023〕21号",
                "issuer": "示例市人民政府",
                "issued": "2023-04-26",
            },
        ),
        (
            COVER,
            {
                "title": "示例省“十四五”公共机构节约能源资源工作规划",
                "number": None,
                "issuer": "示例省机关事务管理局",
                "issued": "2021-09",
            },
        ),
        (NOTE, {"title": "示例市促进绿色低碳发展若干措施", "issuer": "示例市发展和改革局", "issued": "2024-03"}),
        (
            MANY,
            {
                "title": "示例省发展改革委等四部门关于进一步加强公共机构塑料污染治理工作的指导意见",
                "number": "示发改环资〔2022〕1186号",
                "issuer": "示例省发展和改革委员会、示例省机关事务管理局、示例省生态环境厅、示例省商务厅",
                "issued": "2022-12-05",
            },
        ),
        (
            HISTORY,
            {
                "title": "示例市节约用水条例",
                "number": None,
                "issuer": "示例市人民代表大会常务委员会",
                "issued": "2012-08-30",
                "effective": "2020-08-26",
            },
        ),
        (
            STANDARD,
            {
                "title": "近零碳公共机构建设规范",
                "number": "DB99/T 2345—2023",
                "issuer": "示例省市场监督管理局",
                "issued": "2023-05-12",
                "effective": "2023-06-12",
            },
        ),
    ],
)
def test_what_a_file_says_of_itself(write_docx: Write, blocks: tuple[Any, ...], facts: dict[str, str | None]) -> None:
    held = assemble(write_docx(blocks))
    assert {name: getattr(held, name) for name in facts} == facts


def test_the_decreed_text_is_apart_from_its_order(write_docx: Write) -> None:
    held = assemble(write_docx(ORDER))
    assert [c.locator.text for c in held.clauses if c.locator][-3:] == ["第一条", "第二条", "第三条"]
    assert "示例省人民政府令第287号" in held.aliases


@pytest.mark.slow
def test_columns_are_read_one_after_the_other(tmp_path: Path, convert: Callable[..., Path]) -> None:
    import docx
    from docx.enum.section import WD_SECTION
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    document.add_paragraph("示例市近零碳园区试点工作方案")
    for n in "一二三":
        document.add_paragraph(f"{n}、第{n}项工作。{BODY}{BODY}")
    section = document.add_section(WD_SECTION.NEW_PAGE)
    columns = section._sectPr.find(qn("w:cols"))
    if columns is None:
        columns = OxmlElement("w:cols")
        section._sectPr.append(columns)
    columns.set(qn("w:num"), "2")
    document.add_paragraph("附件1 试点名单")
    for n in range(1, 61):
        document.add_paragraph(f"{n}. 示例市第{n}近零碳园区运营管理有限公司及其下属各用能单位")
    path = tmp_path / "两栏.docx"
    document.save(str(path))
    held = assemble(convert(path, "pdf"))
    text = "".join(c.text for c in held.clauses).replace("\n", "")
    places = [text.find(f"第{n}近零碳园区运营管理有限公司及其下属各用能单位") for n in range(1, 61)]
    assert -1 not in places
    assert places == sorted(places)
