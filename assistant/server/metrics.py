"""Counters and timings in Prometheus' text form; a registry of its own, so that two servers in one process do not mix."""

import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_TYPE", "Measured", "Metrics"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """What is counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "nearzero_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "nearzero_request_seconds", "Time to the last byte", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.in_flight = Gauge("nearzero_requests_in_flight", "Requests under way", registry=self.registry)
        self.answers = Counter("nearzero_answers", "Answers by door and kind", ["door", "kind"], registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class Measured:
    """ASGI middleware that counts and times requests by their route, so that no path of a user becomes a label."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.in_flight.dec()
            route = getattr(scope.get("route"), "path", None) or "page"
            self._metrics.seconds.labels(route).observe(time.perf_counter() - start)
            self._metrics.requests.labels(_method(scope), route, status).inc()


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"} else "OTHER"
