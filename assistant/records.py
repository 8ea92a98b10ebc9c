"""Documents, clauses, search results and calculators as JSON, the same for the command line, HTTP and MCP."""

import json
from typing import Any

from corpus.errors import InputError, OutOfRange, UnknownClause
from corpus.indicators import conflicts, lookup
from corpus.library import Corpus
from corpus.locator import parse
from corpus.model import Clause, Document, Scene
from tools.calculator import Calculator, run, to_json

__all__ = ["calculated", "calculator_json", "clause_json", "clauses_at", "document_json", "hits", "indicators"]


def document_json(document: Document) -> dict[str, Any]:
    """A document without its clauses."""
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "issued": document.issued,
        "effective": document.effective,
        "expires": document.expires,
        "kind": document.kind.value,
        "region": document.region.value,
        "status": document.status,
        "superseded_by": document.superseded_by,
        "confidence": document.confidence.value,
        "note": document.note,
        "clauses": len(document.clauses),
    }


def clause_json(clause: Clause, document: Document | None = None) -> dict[str, Any]:
    """A clause with its indicators; with ``document``, what is needed to cite it."""
    shown = clause.model_dump(mode="json")
    if document is None:
        return shown
    return {
        **shown,
        "title": document.title,
        "number": document.number,
        "status": document.status,
        "confidence": document.confidence.value,
    }


def clauses_at(corpus: Corpus, key: str | None, document_id: str | None, locator: str | None) -> list[dict[str, Any]]:
    """The clause of a key, or those at a place of a document. Raises ``InputError``, ``UnknownClause``.

    >>> from corpus.library import load
    >>> clauses_at(load(), "guideline-interpretation#三、第6部分", None, None)[0]["heading"]
    '近零碳停车场'
    """
    if key:
        found: tuple[Clause, ...] = (corpus.get(key),)
    elif document_id and locator:
        place = parse(locator)
        if not place.parts:
            raise InputError(f"条号“{locator[:40]}”看不懂，请写成 第十四条、三（五）、6.2.1 这样。")
        found = corpus.at(document_id, place)
        if not found:
            raise UnknownClause(f"{corpus.document(document_id).name}里没有收录{locator[:40]}。")
    else:
        raise InputError("请给出条款的键（key），或者文件编号和条号（document_id、locator）。")
    return [clause_json(clause, corpus.document_of(clause)) for clause in found]


def hits(corpus: Corpus, found: Any) -> list[dict[str, Any]]:
    """Search results, best first, with the score of each leg."""
    rows = []
    for rank, hit in enumerate(found, 1):
        clause = corpus.get(hit.key)
        document = corpus.document_of(clause)
        rows.append(
            {
                "rank": rank,
                "score": round(hit.score, 6),
                "key": hit.key,
                "document_id": document.id,
                "title": document.title,
                "number": document.number,
                "locator": clause.locator.text if clause.locator else None,
                "heading": clause.heading,
                "text": clause.text,
                "text_status": clause.text_status.value,
                "exact": hit.exact,
                "legs": {name: {"rank": leg.rank, "score": round(leg.score, 6)} for name, leg in hit.legs.items()},
            }
        )
    return rows


def indicators(corpus: Corpus, topic: str, scene: Scene | None, year: int | None, most: int) -> dict[str, Any]:
    """The figures documents set for a topic; ``conflicts`` lists positions in ``indicators`` that disagree."""
    found = lookup(corpus, topic, scene=scene, year=year)[:most]
    position = {id(record): n for n, record in enumerate(found)}
    return {
        "indicators": [record.to_json() for record in found],
        "conflicts": [[position[id(record)] for record in group] for group in conflicts(found)],
    }


def calculator_json(spec: Calculator) -> dict[str, Any]:
    """A calculator with its inputs."""
    return {
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "inputs": [
            {
                "name": item.name,
                "label": item.label,
                "kind": item.kind,
                "dimension": item.dimension,
                "unit": item.unit,
                "required": item.required,
                "default": item.default,
                "example": item.example,
                "choices": [{"key": c.key, "label": c.label} for c in item.choices],
            }
            for item in spec.inputs
        ],
        "examples": list(spec.examples),
    }


def calculated(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Run a calculator. Raises ``InputError``, and ``OutOfRange`` for results too large for a number."""
    made = to_json(run(name, values))
    try:
        json.dumps(made, allow_nan=False)
    except ValueError as error:
        raise OutOfRange("填的数太大或太小，算出的结果超出了数的范围；请核对数量和单位。") from error
    return made
