"""What goes in and out over HTTP, for validation and for the interface description. Answers may carry more than is listed."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.server.doors import LONGEST_SESSION
from assistant.server.users import Role

__all__ = [
    "AddedOut",
    "AnswerOut",
    "AskIn",
    "CalculateIn",
    "CalculatorsOut",
    "CheckIn",
    "CheckOut",
    "ClausesOut",
    "DocumentOut",
    "DocumentsOut",
    "IndicatorsOut",
    "SearchOut",
    "SessionsOut",
    "TokenOut",
    "TurnsOut",
    "UserIn",
    "UserOut",
    "UsersOut",
]

LONGEST_FILING = 100_000
"""Characters of a text to check in one request; a longer one is sent in parts."""

_OPEN = ConfigDict(extra="allow")


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    model_config = _OPEN


class AskIn(_In):
    """A question."""

    question: str = Field(
        max_length=20_000, description="要问的问题，最多 2000 字。", examples=["80人开半天会，碳排放大概多少？"]
    )
    session: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_SESSION,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="会话名：同名的问题接着上文回答；只属于提问的人。",
        examples=["周会"],
    )
    as_of: date | None = Field(default=None, description="按这一天有效的文本回答。", examples=["2024-06-30"])
    reader: Literal["staff", "administrator", "evaluator"] | None = Field(
        default=None,
        description="写给谁看：staff 工作人员，administrator 新任管理员，evaluator 评价人员（附条款对照表）。",
    )


class CitationOut(_Out):
    """A clause the answer stands on."""

    n: int = Field(description="正文里的 [n]。")
    key: str = Field(description="条款的键。")
    document_id: str
    title: str
    number: str | None = Field(description="文号。")
    locator: str | None = Field(description="条号。")
    heading: str
    quote: str = Field(description="条文：原文或摘编，见 text_status。")
    strength: str | None = Field(description="应、宜、可、不得、鼓励、目标。")
    text_status: str = Field(description="original 原文，digest 摘编。")
    confidence: str
    via: str | None = Field(default=None, description="由哪一条引出：那一条的键；不是由别的条款引出的为空。")


class FigureOut(_Out):
    """A figure the answer states."""

    name: str
    value: float | str | list[float]
    unit: str
    comparator: str
    year: int | None
    scope: str | None
    citation: int


class TotalOut(_Out):
    """The result of a calculation."""

    label: str
    value: float
    unit: str
    of: str | None


class StepOut(_Out):
    """One line of the working."""

    label: str
    formula: str
    substitution: str
    value: float
    unit: str
    factor_id: str | None


class CalculationOut(_Out):
    """A calculation with its working, factors and assumptions."""

    tool: str = Field(description="计算器的名称。")
    title: str
    inputs: dict[str, str]
    total: TotalOut
    steps: list[StepOut]
    factors: list[dict[str, Any]]
    assumptions: list[str]


class AnswerOut(_Out):
    """An answer (``nearzero.answer/1``)."""

    schema_: Annotated[str, Field(alias="schema", description="固定为 nearzero.answer/1。")]
    question: str
    kind: Literal["answer", "calculation", "clarification", "refusal"] = Field(
        description="answer 回答，calculation 计算，clarification 反问，refusal 没有依据、不作答。"
    )
    answer: str = Field(description="Markdown，带 [n]。")
    citations: list[CitationOut]
    figures: list[FigureOut]
    calculations: list[CalculationOut]
    session: str
    engine: str
    timing_ms: dict[str, float]


class SessionOut(_Out):
    """A kept conversation; times in UTC."""

    name: str
    title: str
    created: str
    updated: str
    turns: int


class SessionsOut(_Out):
    """One's own conversations, last used first."""

    sessions: list[SessionOut]


class TurnsOut(_Out):
    """Every turn of a conversation, as it was answered."""

    turns: list[dict[str, Any]]


class HitOut(_Out):
    """A clause found, with the score of each leg."""

    rank: int
    score: float
    key: str
    document_id: str
    title: str
    number: str | None
    locator: str | None
    heading: str
    text: str


class SearchOut(_Out):
    """Clauses, best first."""

    hits: list[HitOut]


class ClausesOut(_Out):
    """Clauses with their documents."""

    clauses: list[dict[str, Any]]


class DocumentOut(_Out):
    """A document of the library."""

    id: str
    title: str
    number: str | None
    issuer: str | None
    issued: str | None
    kind: str
    region: str
    status: str | None
    confidence: str


class DocumentsOut(_Out):
    """All documents."""

    documents: list[DocumentOut]


class IndicatorsOut(_Out):
    """Figures that documents set for a topic, nearest first; ``conflicts`` lists the positions that disagree."""

    indicators: list[dict[str, Any]]
    conflicts: list[list[int]]


class CheckIn(_In):
    """A text with clause references."""

    text: str = Field(
        max_length=LONGEST_FILING,
        description="要核查的文字，一行一处引用最清楚。",
        examples=["《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。"],
    )


class CheckOut(_Out):
    """Verdicts (``nearzero.check/1``)."""

    schema_: Annotated[str, Field(alias="schema", description="固定为 nearzero.check/1。")]
    items: list[dict[str, Any]]
    scope: dict[str, int]


class CalculatorsOut(_Out):
    """All calculators with their inputs."""

    calculators: list[dict[str, Any]]


_Value = Annotated[str, Field(max_length=500)] | float


class CalculateIn(_In):
    """The inputs of a calculator, by name."""

    inputs: dict[str, _Value] = Field(
        max_length=100,
        description="名称 → 值；值连同单位写成文字，或只写数字。",
        examples=[{"spaces": "200个车位", "ratio": "sz20"}],
    )


class UserIn(_In):
    """A new account."""

    name: str = Field(max_length=64, examples=["li"])
    role: Role = Field(description="staff 工作人员，evaluator 评价人员，administrator 管理员。")
    password: str = Field(max_length=256, description="至少 8 个字符。", examples=["请换成自己的密码"])


class UserOut(_Out):
    """An account without its secrets."""

    name: str
    role: Role
    tokens: int = Field(description="令牌的个数。")


class UsersOut(_Out):
    """All accounts."""

    users: list[UserOut]


class AddedOut(_Out):
    """What became of a file: ``added``, or ``held`` where the same content is there already."""

    file: str
    state: Literal["added", "held"]
    document_id: str
    guessed: dict[str, str | None] = Field(default={}, description="题名、文号、发文机关、日期、类别、地区。")
    clauses: int = 0
    tables: int = 0
    versions: list[str] = Field(default=[], description="同一文件的其他版本。")
    differences: list[dict[str, Any]] = Field(default=[], description="摘编里有、原文里没有的数值。")


class TokenOut(_Out):
    """A new token, shown this once."""

    token: str
