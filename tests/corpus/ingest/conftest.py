"""Synthetic official documents of every family, as text and as Word files; nothing here is taken from a real one."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

REAL = Path(__file__).resolve().parents[4] / "shared" / "real-files"
SEED = REAL.parent / "seed" / "guideline-interpretation.txt"

Block = str | list[list[Any]]

STANDARD: tuple[Block, ...] = (
    "^DB4403",
    "^深圳市地方标准",
    "DB4403/T 901—2025",
    "^近零碳食堂运行要求",
    "^Requirements for operation of near-zero carbon canteen",
    "2025-03-01 发布",
    "2025-04-01 实施",
    "^深圳市市场监督管理局 发布",
    "^目 次",
    "前言 ........................ II",
    "1 范围 ...................... 1",
    "2 规范性引用文件 ............ 1",
    "3 术语和定义 ................ 1",
    "4 总体要求 .................. 2",
    "5 设备 ...................... 2",
    "附录A（规范性） 计算方法 ..... 5",
    "^前 言",
    "本文件按照GB/T 1.1—2020的规定起草。",
    "^近零碳食堂运行要求",
    "1 范围",
    "本文件规定了近零碳食堂的设备和运行要求。",
    "2 规范性引用文件",
    "下列文件中的内容通过文中的规范性引用而构成本文件必不可少的条款。",
    "GB 18483 饮食业油烟排放标准",
    "3 术语和定义",
    "下列术语和定义适用于本文件。",
    "3.1",
    "近零碳食堂 near-zero carbon canteen",
    "通过节能和管理措施使碳排放趋近于零的机关食堂。",
    "3.2",
    "人均餐耗 energy use per meal",
    "报告期内食堂能耗与就餐人次之比。",
    "4 总体要求",
    "4.1 食堂应建立能源台账，并按5.2.1的规定计量。",
    "4.2 台账至少保存3年。",
    "5 设备",
    "5.1 一般规定",
    "设备应符合表1的规定。",
    "表1 设备能效限值（单位：%）",
    [["设备", "热效率", "等级"], ["燃气灶", "≥65", "1级"], ["电磁灶", "≥90", "1级"]],
    "5.2 计量",
    "5.2.1 食堂应分别计量：",
    "a) 用电；",
    "b) 用气：",
    "1) 灶具用气；",
    "2) 热水用气；",
    "c) 用水。",
    "5.2.2 计量器具的准确度不应低于2.0级。",
    "5.3 油烟净化设备安装率应达到100%。",
    "附录A（规范性） 计算方法",
    "A.1 一般规定",
    "计算以自然年为报告期。",
    "A.2 人均餐耗",
    "A.2.1 人均餐耗按表A.1取值。",
    "表A.1 折标系数",
    [["品种", "单位", "系数"], ["电力", "kgce/kWh", "0.1229"], ["天然气", "kgce/m3", "1.3300"]],
    "^参考文献",
    "[1] 某市公共机构节能导则",
)

REGULATION: tuple[Block, ...] = (
    "^示例市公共停车充电设施管理条例",
    "^（2024年5月30日示例市第九届人民代表大会常务委员会第二次会议通过）",
    "^第一章 总则",
    "第一条 为了规范公共停车场充电设施的建设和管理，制定本条例。",
    "第二条 本市行政区域内公共停车场充电设施的规划、建设和管理，适用本条例。",
    "本条例所称充电设施，是指为电动汽车提供电能的设施设备。",
    "第三条 市发展改革部门主管充电设施工作，依照本条例第十条的规定组织考核。",
    "^第二章 建设与运营",
    "^第一节 建设",
    "第四条 新建停车场配建充电桩的车位比例不得低于百分之三十。",
    "第五条 有下列情形之一的，可以减少配建数量：",
    "（一）地质条件不允许的；",
    "（二）供电容量不足且三年内无法扩容的；",
    "（三）法律、法规规定的其他情形。",
    "依照前款规定减少配建的，应当向市发展改革部门备案。",
    "^第二节 运营",
    "第六条 运营单位应当每月检查充电设施，并保存记录。",
    "第六条之一 鼓励运营单位接入统一的信息平台。",
    "第七条 违反本条例第四条规定的，由主管部门责令限期改正。",
    "^第三章 附则",
    "第八条 本条例自2024年8月1日起施行。",
)

POLICY: tuple[Block, ...] = (
    "^示例市机关事务管理局关于印发《示例市机关节水行动方案》的通知",
    "^示机管〔2024〕17号",
    "各区机关事务管理局，市直各单位：",
    "《示例市机关节水行动方案》已经市政府同意，现印发给你们，请认真贯彻执行。",
    ">示例市机关事务管理局",
    ">2024年3月22日",
    "^示例市机关节水行动方案",
    "为落实节水优先方针，制定本方案。",
    "一、总体要求",
    "（一）指导思想。坚持节水优先，以水定需，把节水放在优先位置。",
    "（二）主要目标。到2025年，人均用水量比2020年下降6%，节水型单位建成率达到100%。",
    "二、主要任务",
    "（一）改造用水设施",
    "1.更换器具。更换不符合标准的用水器具，公共区域节水器具配备率达到100%。",
    "2.检查管网。每年开展一次管网查漏。",
    "（1）办公楼每季度检查一次；",
    "（2）食堂每月检查一次。",
    "（二）加强管理",
    "建立用水台账，按月公示。",
    "附件：1.节水任务分工表",
    "2.节水器具名录",
    "附件1",
    "^节水任务分工表",
    [["序号", "任务", "责任单位"], ["1", "更换用水器具", "行政处"], ["2", "管网查漏", "物业公司"]],
    "附件2",
    "^节水器具名录",
    "一、水嘴",
    "流量不大于0.10L/s。",
    "抄送：市水务局。",
    "示例市机关事务管理局办公室 2024年3月25日印发",
)


def _write_docx(blocks: Sequence[Block], path: Path) -> Path:
    """A Word file of blocks: ``^`` centres, ``>`` sets right, a list is a table (a list in a cell, a table in it)."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document = docx.Document()

    def fill(table: Any, rows: list[list[Any]]) -> None:
        table.style = document.styles["Table Grid"]
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                cell = table.cell(y, x)
                if isinstance(value, list):
                    fill(cell.add_table(len(value), len(value[0])), value)
                else:
                    cell.text = value

    for block in blocks:
        if isinstance(block, list):
            fill(document.add_table(len(block), len(block[0])), block)
            continue
        paragraph = document.add_paragraph(block.lstrip("^>"))
        if block[0] == "^":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif block[0] == ">":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            paragraph.paragraph_format.first_line_indent = Pt(22)
    document.save(str(path))
    return path


@pytest.fixture
def write_docx(tmp_path: Path) -> Callable[..., Path]:
    def write(blocks: Sequence[Block], name: str = "文件.docx") -> Path:
        return _write_docx(blocks, tmp_path / name)

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> Callable[..., Path]:
    def write(blocks: Sequence[Block], name: str = "文件.txt", encoding: str = "utf-8") -> Path:
        lines = [b.lstrip("^>") for b in blocks if isinstance(b, str)]
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Convert a file with LibreOffice; skips where it is not installed."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("profile")

    def run(source: Path, to: str, *more: str) -> Path:
        folder = tmp_path_factory.mktemp("converted")
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", *more]
        command += ["--convert-to", to, "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return folder / f"{source.stem}.{to}"

    return run


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real policy files beside the checkout; they are inputs and are not part of the repository."""
    if not REAL.is_dir():
        pytest.skip("the real policy files are not beside this checkout")
    return REAL


@pytest.fixture(scope="session")
def seed() -> Path:
    if not SEED.is_file():
        pytest.skip("the interpretation is not beside this checkout")
    return SEED


@pytest.fixture
def standard() -> tuple[Block, ...]:
    return STANDARD


@pytest.fixture
def regulation() -> tuple[Block, ...]:
    return REGULATION


@pytest.fixture
def policy() -> tuple[Block, ...]:
    return POLICY
