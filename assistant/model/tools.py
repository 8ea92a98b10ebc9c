"""The tools a strong model may call. Each hands out the keys of what it found; none changes anything."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from langchain_core.tools import BaseTool, StructuredTool

from assistant.answering.evidence import Evidence
from assistant.answering.grounding import numbers
from assistant.answering.question import bigrams
from assistant.model.keys import Keyring
from assistant.review.figures import Figure, figures
from assistant.review.items import check as check_references
from assistant.toolset import arguments, call, description
from corpus.errors import InputError
from corpus.library import Corpus
from tools.calculator import calculator, calculators

__all__ = ["Search", "Toolbox", "calculator_names", "described"]

MOST_FOUND = 6
LONGEST_TEXT = 400
"""Characters of a clause shown to a model; the check still knows the whole."""

LONGEST_QUERY = 200

Search = Callable[[str], Sequence[Evidence]]


def described(item: Evidence, key: str, longest: int = LONGEST_TEXT) -> str:
    """One clause for a prompt: its key, where it stands, how binding it is, what it says, its figures."""
    clause, document = item.clause, item.document
    title = document.title if "《" in document.title else f"《{document.title}》"
    number = f"（{document.number}）" if document.number else ""
    place = clause.locator.text if clause.locator else ""
    force = f"【{clause.strength.value}】" if clause.strength else ""
    text = clause.text if len(clause.text) <= longest else f"{clause.text[:longest]}…"
    told = "；".join(
        f"{i.name}{i.written}{f'（{i.scope}）' if i.scope else ''}{f'，{i.year}年' if i.year else ''}"
        for i in clause.indicators[:6]
        if not numbers(i.written) <= numbers(text)
    )
    issued = f"，{document.issued}" if document.issued else ""
    status = f"，{document.status}" if document.status else ""
    return f"[{key}] {title}{number}{place}{issued}{status}：{force}{clause.heading}。{text}{f' 数值：{told}' if told else ''}"


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of one turn over one keyring; ``question`` is what the figures of a calculation may come from."""

    corpus: Corpus
    keys: Keyring
    search: Search
    question: str

    def tools(self) -> list[BaseTool]:
        """The tools for LangChain; the docstring of each is what the model reads."""
        functions: list[Callable[..., str]] = [
            self.search_clauses,
            self.read_clause,
            self.look_up_indicator,
            self.check_reference,
            self.describe_calculator,
            self.calculate,
        ]
        return [StructuredTool.from_function(function, parse_docstring=False) for function in functions]

    def search_clauses(self, query: str) -> str:
        """查资料库：按意思找条款。query 是要找的内容，如“夏季空调温度”。"""
        found = [e for e in self._found(query) if e.document.superseded_by is None][:MOST_FOUND]
        return self._shown(found)

    def read_clause(self, reference: str) -> str:
        """读一条：按文件名和条号，如“公共机构节能条例第十四条”。"""
        found = [e for e in self._found(reference) if e.exact][:3]
        return self._shown(found) if found else "没有这一条，或没有写清文件名和条号。"

    def look_up_indicator(self, name: str) -> str:
        """查数值指标：name 是指标名，如“充电桩配建比例”。"""
        wanted = bigrams(name)
        rows = []
        for item in self._found(name):
            for indicator in item.clause.indicators:
                alike = len(wanted & bigrams(f"{indicator.name}{indicator.scope or ''}{item.clause.heading}"))
                if alike >= max(1, len(wanted) // 3):
                    rows.append((alike, item, indicator))
        best = sorted(rows, key=lambda row: -row[0])[:8]
        if not best:
            return "资料里没有给出这个指标的数值。"
        return "\n".join(
            f"[{self.keys.clause(e)}] {i.name}{i.written}（{'，'.join(filter(None, [i.scope, f'{i.year}年' if i.year else '', e.document.title]))}）"
            for _, e, i in best
        )

    def check_reference(self, text: str) -> str:
        """核对一句话对条款的引用是否正确，如“《公共机构节能条例》第十四条规定……”。"""
        rows = []
        for item in check_references(text[:1000], self.corpus).items:
            key = ""
            if item.clause is not None:
                key = f"[{self.keys.clause(Evidence(item.clause, self.corpus.document_of(item.clause), 1.0, True))}]"
            rows.append(f"{item.text}：{item.detail}{key}")
        return "\n".join(rows) or "没有读到条款引用。"

    def describe_calculator(self, name: str) -> str:
        """看一个计算器要哪些参数。name 是计算器名。"""
        try:
            spec = calculator(name)
        except InputError as error:
            return str(error)
        rows = [f"{spec.name}：{description(spec)}"]
        rows += [
            f"- {name}{'（必填）' if field.is_required() else ''}：{field.description}"
            for name, field in arguments(spec.name).model_fields.items()
        ]
        return "\n".join(rows)

    def calculate(self, name: str, inputs: dict[str, str | float]) -> str:
        """算一个数。name 是计算器名，inputs 是参数，值带单位，如 {"spaces": "200个车位", "ratio": "20%"}。"""
        try:
            spec = calculator(name)
            if strange := self._strange(spec.name, inputs):
                return f"没有计算：{strange}不是提问或资料里的数，请不要自己设定。"
        except InputError as error:
            return f"没有计算：{error}"
        refused, result = call(spec.name, inputs)
        if result is None:
            return refused
        key = self.keys.computation(result)
        total = result["total"]
        steps = "；".join(f"{s['label']}：{s['substitution']}＝{s['value']} {s['unit']}" for s in result["steps"])
        assumed = "；".join(result["assumptions"])
        return f"[{key}] {total['label']}：{total['value']} {total['unit_name']}。{steps}。{f'假设：{assumed}' if assumed else ''}"

    def _found(self, query: str) -> Sequence[Evidence]:
        """What the search finds; nothing for a query of blanks and characters that are none."""
        plain = "".join(c for c in query if c.isprintable())[:LONGEST_QUERY].strip()
        return self.search(plain) if plain else ()

    def _shown(self, found: Sequence[Evidence]) -> str:
        if not found:
            return "没有查到。"
        return "\n".join(described(e, self.keys.clause(e)) for e in found)

    def _strange(self, name: str, inputs: Mapping[str, str | float]) -> str:
        """The first input whose figure stands neither in the question nor in the evidence handed out."""
        spec = calculator(name)
        said = [self.question, *(h.evidence.clause.text for h in self.keys.handed if h.evidence)]
        said += [i.written for h in self.keys.handed if h.evidence for i in h.evidence.clause.indicators]
        said += [json.dumps(h.computation["total"]["value"]) for h in self.keys.handed if h.computation]
        known = [f for text in said for f in figures(text)]
        for field, value in inputs.items():
            options = {c.key for c in spec.input(field).choices}
            if str(value) in options:
                continue
            strange = [f for f in figures(str(value)) if not any(_same_amount(f, k) for k in known)]
            if strange:
                return f"{spec.input(field).label}“{value}”"
        return ""


def _same_amount(one: Figure, two: Figure) -> bool:
    """The same number in the same unit, or before a bare number; 0.3 is 30 %, 30 is not 0.3."""
    apart = one.kind == two.kind == "quantity" and one.dimension.split("/")[0] != two.dimension.split("/")[0]
    values = {two.low, two.high} | ({two.low / 100} if two.dimension.startswith("ratio") else set())
    if two.digits is not None and one.digits is not None and one.digits == two.digits and not apart:
        return True
    return not apart and all(any(abs(v - w) <= 1e-6 * max(abs(w), 1e-9) for w in values) for v in (one.low, one.high))


def calculator_names() -> str:
    """The calculators in one line each, for the prompt."""
    return "\n".join(f"- {spec.name}：{spec.title}" for spec in calculators().values())
