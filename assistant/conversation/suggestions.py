"""What a person may want to ask next: the neighbouring clause, the document itself, a calculation for the scene."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from assistant.answering.evidence import Evidence
from corpus.library import Corpus
from corpus.model import Scene

__all__ = ["suggest"]

_BY_SCENE: Mapping[Scene, str] = MappingProxyType(
    {
        Scene.PARKING: "200个车位按深圳鼓励的比例要配多少充电桩？",
        Scene.FLEET: "30辆电动车每天各跑60公里，要几台7千瓦充电桩？",
        Scene.MEETING: "80人开半天会，其中20人坐高铁来回120公里，碳排放多少？",
    }
)


def suggest(corpus: Corpus, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """At most three questions that this assistant can answer."""
    if not evidence:
        return ()
    first = evidence[0]
    clauses = corpus.document(first.document.id).clauses
    after = clauses[(clauses.index(first.clause) + 1) % len(clauses)]
    title = first.document.titled
    found = [f"{title}是什么时候发的？"]
    if after.key != first.clause.key:
        found.insert(0, f"{title}里“{after.heading}”怎么说？")
    found += [_BY_SCENE[s] for s in first.clause.scenes if s in _BY_SCENE][:1]
    return tuple(found)
