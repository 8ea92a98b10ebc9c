"""The command line of the calculators: calc, quantity, factors, assess. Nothing heavy is imported before it is needed."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.errors import InputError, unreadable

__all__ = ["register"]

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
Inputs = Annotated[list[str] | None, typer.Option("-i", "--input", help='输入，如 -i attendees="80 人"。')]
Table = Annotated[Path | None, typer.Option("--file", help="成批计算：csv 或 xlsx，一行一个单位，表头写单位。")]
Rows = Annotated[Path | None, typer.Option("--out", help="成批结果逐行写到这里：csv、xlsx 或 parquet。")]
OwnFactors = Annotated[Path | None, typer.Option("--factors", help="自带因子的 YAML 文件，每个因子写明出处。")]
Workbook = Annotated[Path | None, typer.Option("--xlsx", help="写成可核对公式的 Excel 工作簿。")]
Report = Annotated[Path | None, typer.Option("--docx", help="写成 Word 报告。")]
Chart = Annotated[Path | None, typer.Option("--chart", help="写成 Plotly 图（JSON）。")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="用几个进程分块计算（可选部件 scale）。")
]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="已有 Dask 调度器的地址，如 tcp://主机:8786。")]

factors_app = typer.Typer(help="排放因子。", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(calc)
    app.command()(quantity)
    app.command()(assess)
    app.add_typer(factors_app, name="factors")


def calc(
    name: Annotated[str, typer.Argument(help="计算器名称；list 列出全部。")],
    inputs: Inputs = None,
    file: Table = None,
    out: Rows = None,
    own: OwnFactors = None,
    xlsx: Workbook = None,
    docx: Report = None,
    chart: Chart = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """运行一个计算器，用 --file 成批计算，或用 list 列出全部。"""
    if name.lower() == "list":
        _list(as_json)
        return
    from tools.calculator import calculator, run, to_json, to_markdown

    spec = calculator(name)
    values = _pairs(inputs or [])
    if file is not None:
        if xlsx is not None or docx is not None:
            raise InputError("成批计算的结果用 --out 写成表格；--xlsx 和 --docx 只用于单个计算。")
        _batch(spec.name, file, values, out, own, chart, workers, scheduler, as_json)
        return
    if out is not None or workers is not None or scheduler is not None:
        raise InputError("--out、--workers、--scheduler 只用于成批计算，要和 --file 一起给。")
    source = _own(own)
    computation = run(name, values, source=source)
    if xlsx is not None or docx is not None or chart is not None:
        from tools import report

        if xlsx is not None:
            report.write_workbook(computation, xlsx, source=source)
        if docx is not None:
            report.write_document(computation, docx)
        if chart is not None:
            _write_text(chart, json.dumps(report.chart(computation), ensure_ascii=False))
    typer.echo(json.dumps(to_json(computation), ensure_ascii=False) if as_json else to_markdown(computation))


def _list(as_json: bool) -> None:
    from tools.calculator import calculators

    specs = calculators().values()
    if as_json:
        from assistant.records import calculator_json

        typer.echo(json.dumps([calculator_json(spec) for spec in specs], ensure_ascii=False))
        return
    for spec in specs:
        typer.echo(f"{spec.name}  {spec.title}")
        for item in spec.inputs:
            must = "必填" if item.required else "可不填"
            example = f"，如 {item.example}" if item.example else ""
            typer.echo(f"    {item.name}  {item.label}（{must}{example}）")


def _pairs(inputs: list[str]) -> dict[str, str]:
    values = {}
    for pair in inputs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise InputError(f'输入“{pair}”应写成 名称=值，例如 -i attendees="80 人"。')
        values[key.strip()] = value.strip()
    return values


def _own(path: Path | None) -> Any:
    if path is None:
        return None
    from tools.factors import with_overrides

    return with_overrides(path)


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不了文件 {path}：{unreadable(error)}。") from error


def _batch(
    name: str,
    file: Path,
    values: dict[str, str],
    out: Path | None,
    own: Path | None,
    chart: Path | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    from tools import batch

    if workers is not None or scheduler is not None or file.is_dir() or file.suffix.lower() == ".parquet":
        from tools.scaling import run_pieces

        summary = run_pieces(name, [file], values, workers=workers or 2, scheduler=scheduler, out=out, own_factors=own)
    else:
        made, _ = batch.run_file(name, file, values, source=_own(own))
        summary = batch.summarise(made)
        if out is not None:
            from tools.table import write_table

            write_table(out, batch.result_columns(made))
    if chart is not None:
        from tools.report import ranking_chart

        _write_text(chart, json.dumps(ranking_chart(summary), ensure_ascii=False))
    typer.echo(json.dumps(batch.to_json(summary), ensure_ascii=False) if as_json else batch.to_markdown(summary))


def quantity(text: Annotated[str, typer.Argument(help="含有数量的一句话。")], as_json: AsJson = False) -> None:
    """读出一句话里的数量和单位。"""
    from tools.quantities import read

    if not text.strip():
        raise InputError("没有读到文字，请给出含有数量的一句话。")
    found = read(text)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for item in found["quantities"]:
        value = item.get("value")
        shown = f"{value:g}" if value is not None else f"{item.get('low'):g}～{item.get('high'):g}"
        typer.echo(f"{item['text']}  {shown} {item['unit']}（{item['dimension']}）")


@factors_app.command("list")
def factors_list(
    topic: Annotated[str | None, typer.Argument(help="只列这一类，如 electricity。")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="连拒用的也列出。")] = False,
    own: OwnFactors = None,
    as_json: AsJson = False,
) -> None:
    """列出排放因子。"""
    from tools.factors import all_factors

    held = all_factors(rejected=rejected, source=_own(own))
    topics = sorted({factor.topic for factor in held})
    if topic is not None and topic not in topics:
        raise InputError(f"没有“{topic}”这一类因子；可选：{'、'.join(topics)}。")
    chosen = [factor for factor in held if topic is None or factor.topic == topic]
    if as_json:
        typer.echo(json.dumps([_factor(factor) for factor in chosen], ensure_ascii=False))
        return
    for factor in chosen:
        mark = "（拒用）" if factor.role == "reject" else ""
        year = f" {factor.year}年" if factor.year else ""
        typer.echo(
            f"{factor.id}  {factor.name}{mark}  {factor.figure}  {factor.region}{year}  {factor.confidence_label}"
        )


@factors_app.command("show")
def factors_show(
    factor_id: Annotated[str, typer.Argument(help="因子编号，如 elec.cn.2023.prov.guangdong。")],
    own: OwnFactors = None,
    as_json: AsJson = False,
) -> None:
    """显示一个因子和它的出处；拒用的因子连同理由。"""
    from tools import factors

    source = _own(own)
    rejected = (source or factors.registry()).rejected
    factor = rejected[factor_id] if factor_id in rejected else factors.get(factor_id, source=source)
    if as_json:
        typer.echo(json.dumps(_factor(factor), ensure_ascii=False))
        return
    facts = (
        ("数值", factor.figure),
        ("地区", factor.region),
        ("年份", factor.year),
        ("边界", factor.boundary),
        ("用途", "拒用" if factor.role == "reject" else factor.role),
        ("出处", factor.citation),
        ("地址", factor.source.address),
        ("可信", factor.confidence_label),
        ("推算", factor.derived),
        ("说明", factor.note),
    )
    typer.echo("\n".join([f"{factor.id}  {factor.name}", *(f"{label}：{value}" for label, value in facts if value)]))


def _factor(factor: Any) -> dict[str, Any]:
    return {
        "id": factor.id,
        "name": factor.name,
        "value": [factor.low, factor.high] if factor.ranged else factor.low,
        "unit": factor.unit,
        "of": factor.of,
        "per": factor.per,
        "gas": factor.gas,
        "topic": factor.topic,
        "region": factor.region,
        "year": factor.year,
        "boundary": factor.boundary,
        "role": factor.role,
        "confidence": factor.confidence,
        "source": factor.citation,
        "address": factor.source.address,
        "derived": factor.derived,
        "note": factor.note,
    }


def assess(
    file: Annotated[Path | None, typer.Argument(help="一个机关的数据：xlsx 或 yaml，数值带单位。")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="写出一份空白的数据表：xlsx 或 yaml。")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="对照结果逐条写到这里：csv 或 xlsx。")] = None,
    as_json: AsJson = False,
) -> None:
    """把一个机关的数据和资料库里适用的指标逐条对照。"""
    import tools.assess as assessment

    if (file is None) == (template is None):
        raise InputError("请给出数据文件，或用 --template 写一份空白表（二选一）。")
    if template is not None:
        assessment.write_template(template)
        typer.echo(f"已写出 {template}，填好后运行 nearzero assess {template}。")
        return
    if file is None:
        return
    made = assessment.assess(assessment.read(file))
    if out is not None:
        from tools.table import write_table

        write_table(out, assessment.result_columns(made))
    typer.echo(json.dumps(assessment.to_json(made), ensure_ascii=False) if as_json else assessment.to_markdown(made))
