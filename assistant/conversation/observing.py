"""What may be known of a running program: one structured line a turn, and traces where an endpoint is set.

A line holds kind, route, timings and counts; what a person typed is left out unless a setting asks for it.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer

if TYPE_CHECKING:
    from assistant.conversation.turn import Turn

__all__ = ["LOGGER", "JsonLines", "record", "spanned"]

LOGGER = logging.getLogger("nearzero.turn")


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message and the record's ``turn`` fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "turn", {}),
        }
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


def record(turn: "Turn", answer: Answer, *, words: bool) -> None:
    """Log a finished turn at level INFO; ``words`` puts the question itself into the line."""
    if not LOGGER.isEnabledFor(logging.INFO):
        return
    fields: dict[str, Any] = {
        "kind": answer.kind,
        "route": turn.asked.route,
        "calculator": turn.asked.calculator,
        "engine": answer.engine,
        "register": turn.register,
        "kept": bool(turn.session),
        "characters": len(turn.question),
        "citations": len(answer.citations),
        "timing_ms": {name: round(value, 1) for name, value in answer.timing_ms.items()},
    }
    if words:
        fields["question"] = turn.asked.question
    LOGGER.info("turn", extra={"turn": fields})


@contextmanager
def spanned(name: str, endpoint: str | None) -> Iterator[None]:
    """A trace span around a turn where an OpenTelemetry endpoint is set; nothing is imported where none is."""
    if endpoint is None:
        yield
        return
    with _tracer(endpoint).start_as_current_span(name):
        yield


@cache
def _tracer(endpoint: str) -> Any:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "nearzero"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider.get_tracer("nearzero")
