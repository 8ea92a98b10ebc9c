"""What may be known of a running program: one structured line a turn, and traces where an endpoint is set.

A line holds kind, route, timings and counts, a span name, time and counts; what a person typed is left out of both
unless a setting asks for it in the lines. Library code only logs: the doors (command line, server) call :func:`attach`.
"""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

from assistant.answer import Answer

if TYPE_CHECKING:
    from assistant.conversation.turn import Turn
    from assistant.settings import Settings

__all__ = ["LOGGER", "JsonLines", "Span", "attach", "record", "spanned", "stage"]

LOGGER = logging.getLogger("nearzero.turn")

_WRITTEN = ("nearzero", "assistant", "corpus", "tools", "uvicorn")
"""Loggers whose lines are written: our own, and the server's about itself. Those of other libraries may hold prompts."""

_tracing: ContextVar[Any] = ContextVar("tracing", default=None)
"""The tracer of the turn under way; ``None`` where no endpoint is set."""


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message and the record's ``turn`` fields.

    Of an error the kind and the place are written; its message may quote what a person typed and comes only with ``words``.
    """

    def __init__(self, *, words: bool = False) -> None:
        super().__init__()
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "turn", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            fields["error"] = kind.__name__
            fields["at"] = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
            if self._words:
                fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


class _Lines(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def attach(settings: "Settings") -> None:
    """From now on write log lines at or above the set level to standard error, one JSON object a line.

    Calling it again puts the newer settings in force and writes no line twice.
    """
    handler = _Lines()
    handler.setFormatter(JsonLines(words=settings.log_words))
    for name in _WRITTEN:
        logger = logging.getLogger(name)
        for before in [h for h in logger.handlers if isinstance(h, _Lines)]:
            logger.removeHandler(before)
        logger.addHandler(handler)
        logger.setLevel(settings.log_level)


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
    if answer.model is not None:
        fields["model"] = dict(answer.model)
    if words:
        fields["question"] = turn.asked.question
    LOGGER.info("turn", extra={"turn": fields})


class Span:
    """What a stage may tell of itself: counts and names, never words of a person."""

    def __init__(self, held: Any = None) -> None:
        self._held = held

    def tell(self, **attributes: str | int | float | None) -> None:
        """Put attributes on the span; those that are ``None`` are left out."""
        if self._held is not None:
            self._held.set_attributes({f"nearzero.{k}": v for k, v in attributes.items() if v is not None})


@contextmanager
def spanned(name: str, endpoint: str | None) -> Iterator[None]:
    """A trace span around a turn where an OpenTelemetry endpoint is set; nothing is imported where none is."""
    if endpoint is None:
        yield
        return
    before = _tracing.set(_tracer(endpoint))
    try:
        with stage(name):
            yield
    finally:
        _tracing.reset(before)


@contextmanager
def stage(name: str) -> Iterator[Span]:
    """A span for one stage of the turn under way. An error leaves its kind on the span, not its message."""
    tracer = _tracing.get()
    if tracer is None:
        yield Span()
        return
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as held:
        try:
            yield Span(held)
        except BaseException as error:
            held.set_attribute("error.type", type(error).__name__)
            raise


@cache
def _tracer(endpoint: str) -> Any:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "nearzero"}))
    provider.add_span_processor(BatchSpanProcessor(_exporter(endpoint)))
    return provider.get_tracer("nearzero")


def _exporter(endpoint: str) -> Any:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint)
