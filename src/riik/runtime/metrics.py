"""Figures of one node for Prometheus, in a registry of its own: two nodes never mix.

Labels are few and closed (routes, topics, codes), never people, cases or free text.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["Metrics"]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The node's registry; each maker answers the same metric when asked again."""

    def __init__(self) -> None:
        """Begin with an empty registry."""
        self._registry = CollectorRegistry(auto_describe=True)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """A number that only grows, such as ``riik_jobs_failed``."""
        if name not in self._counters:
            self._counters[name] = Counter(name, text, labels, registry=self._registry)
        return self._counters[name]

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """A number that goes up and down."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(name, text, labels, registry=self._registry)
        return self._gauges[name]

    def histogram(self, name: str, text: str, *labels: str) -> Histogram:
        """Durations in seconds, by buckets from 5 ms to 30 s."""
        if name not in self._histograms:
            self._histograms[name] = Histogram(
                name, text, labels, registry=self._registry, buckets=SECONDS
            )
        return self._histograms[name]

    def text(self) -> bytes:
        """All figures in Prometheus's text format 0.0.4."""
        return generate_latest(self._registry)

    def value(self, name: str, **labels: str) -> float | None:
        """One sample as it stands; None when there is none. For tests and the operator."""
        return self._registry.get_sample_value(name, labels)

    def routes(self) -> list[Route]:
        """``GET /metrics``, for the operator's network only."""

        async def metrics(_request: Request) -> Response:
            """GET /metrics: all figures of this node."""
            return Response(self.text(), headers={"content-type": CONTENT_TYPE_LATEST})

        return [Route("/metrics", metrics, methods=["GET"])]
