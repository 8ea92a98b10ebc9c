"""Measure the retriever on data nobody here wrote and write ``results/foreign.md`` and ``foreign.json``.

Clone the repositories of ``downloads`` side by side into one folder and run ``python -m evals.foreign --data DIR``.
Nothing of them enters this repository. The collections are written beside them, under ``DIR/collections``, in the form
that ``nearzero retrieve-eval`` takes; passage vectors are kept in ``DIR/vectors.npz``.
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.retrieval.embedding import BUNDLED, PLAIN, embedder
from evals.foreign.collections import COLLECTIONS, Downloads
from evals.foreign.downloads import LICENCES
from evals.foreign.measuring import CHANGES, PRODUCT, SYSTEMS, KeptPassages, measure

__all__ = ["as_markdown", "main"]

RESULT = Path(__file__).parents[1] / "results" / "foreign.json"
"""What a run writes; the table lies beside it."""

_MEASURES = ("hit@1", "hit@5", "MRR@10", "nDCG@10")

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the collections asked for, all by default; what was measured before of the others stays in the report."""
    parser = argparse.ArgumentParser(prog="python -m evals.foreign", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the clones")
    parser.add_argument(
        "--only", nargs="+", choices=COLLECTIONS, default=list(COLLECTIONS), help="collections to measure"
    )
    parser.add_argument("--result", type=Path, default=RESULT, help="the JSON written; the table lies beside it")
    asked = parser.parse_args(arguments)
    _log.setLevel(logging.INFO)
    _log.addHandler(logging.StreamHandler())
    downloads = Downloads(asked.data)
    model = KeptPassages(asked.data / "vectors.npz", embedder(BUNDLED), embedder(PLAIN))
    for key in asked.only:
        judged = COLLECTIONS[key](downloads)
        _log.info("%s：%d 题，%d 段", judged.name, len(judged.questions), len(judged.texts))
        measured = measure(judged, asked.data / "collections" / key, model)
        _write(asked.result, key, {"name": judged.name} | asdict(measured))
    sys.stdout.write(f"已写入 {asked.result.with_suffix('.md').name}\n")
    return 0


def _write(path: Path, key: str, found: Mapping[str, Any]) -> None:
    held = json.loads(path.read_text(encoding="utf-8"))["collections"] if path.exists() else {}
    held |= {key: _rounded(found)}
    results = {
        "version": version("nearzero"),
        "licences": dict(LICENCES),
        "collections": {name: held[name] for name in COLLECTIONS if name in held},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(as_markdown(results), encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def _cell(found: Mapping[str, float]) -> str:
    return f"{found['mean']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _difference(found: Mapping[str, float]) -> str:
    """A difference; in bold where its interval leaves out nought."""
    text = f"{found['mean']:+.3f}"
    return f"**{text}**" if found["low"] > 0 or found["high"] < 0 else text


def as_markdown(results: Mapping[str, Any]) -> str:
    """The report people read."""
    held = results["collections"]
    names = [one["name"] for one in held.values()]
    lines = [
        f"# 别人的题集上的检索 {results['version']}",
        "",
        "问题和文本都不是本项目写的（标“派生”的由程序改写，见下）。产品一行走的就是 `nearzero retrieve-eval` 的检索器；"
        "这里没有本资料库的已知问法。区间为 95% 自助法置信区间（按题抽样）；一段只要有标注就算对。"
        "LangChain 通用做法按一块里至少含一段（过长的段按块长切开）的一半算找到。",
        "",
        "用 `python -m evals.foreign --data 目录` 重跑；目录里并排克隆下列仓库，数据不进本仓库。耗时在两核、另有负载的机器上量，只宜相互比较。",
        "",
        "## 来源",
        "",
        "| 仓库 | 许可 |",
        "| --- | --- |",
        *(f"| github.com/{name} | {licence} |" for name, licence in results["licences"].items()),
        "",
        "## 题集",
        "",
        "| 题集 | 题数 | 段数 | 内容 | 派生 | 来源 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {c['name']} | {c['questions']} | {c['passages']} | {c['about']} | {c['derived'] or '—'} | {'、'.join(c['sources'])} |"
            for c in held.values()
        ),
        "",
        "## nDCG@10",
        "",
        "| 系统 | " + " | ".join(names) + " |",
        "| --- |" + " --- |" * len(names),
        *(
            f"| {s} | " + " | ".join(f"{c['systems'][s]['nDCG@10']['mean']:.3f}" for c in held.values()) + " |"
            for s in SYSTEMS
        ),
        "",
        "## 产品比各系统多多少",
        "",
        "nDCG@10 逐题相减；粗体的区间不含 0，负数是产品输。",
        "",
        "| 比 | " + " | ".join(names) + " |",
        "| --- |" + " --- |" * len(names),
        *(
            f"| {s} | " + " | ".join(_difference(c["gains"][s]) for c in held.values()) + " |"
            for s in SYSTEMS
            if s != PRODUCT
        ),
        "",
        "## 改一个数",
        "",
        "产品改 `retrieval.yaml` 里一个数之后 nDCG@10 的变化，粗体的区间不含 0。",
        "",
        "| 改 | " + " | ".join(names) + " |",
        "| --- |" + " --- |" * len(names),
        *(f"| {n} | " + " | ".join(_difference(c["changes"][n]) for c in held.values()) + " |" for n in CHANGES),
    ]
    for one in held.values():
        lines += ["", f"## {one['name']}", ""]
        lines += [
            "| 系统 | " + " | ".join(_MEASURES) + " | p50 ms | p95 ms |",
            "| --- |" + " --- |" * (len(_MEASURES) + 2),
        ]
        for system in SYSTEMS:
            cells = [_cell(one["systems"][system][m]) for m in _MEASURES]
            speed = one["latency_ms"][system]
            lines.append(f"| {system} | " + " | ".join(cells) + f" | {speed['p50']:.1f} | {speed['p95']:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
