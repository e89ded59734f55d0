"""For machines that watch this one: is it alive, can it work, and how much is there to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError

from recovery.domain.alarm_texts import ALARMS
from recovery.queries.operations import Load, read_load, schema_version

pages = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "recovery_requests", "Requests answered by this process", ("method", "endpoint", "status"), registry=REGISTRY
)
SECONDS = Histogram("recovery_request_seconds", "Time to an answer", ("endpoint",), registry=REGISTRY)
WELL = ("agrees", "alone")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, endpoint: str, status: int, seconds: float) -> None:
    """Count one answer. Methods are a closed set, so that nobody fills the memory with names of their own."""
    REQUESTS.labels(method if method in METHODS else "other", endpoint, str(status)).inc()
    SECONDS.labels(endpoint).observe(seconds)


@pages.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify({"alive": True})


@pages.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Database reachable, schema as this program expects it, queue reachable."""
    checks = {"database": False, "schema": False, "queue": bool(current_app.extensions["limits"].ping())}
    try:
        with current_app.extensions["database"].reading() as session:
            checks["database"] = True
            checks["schema"] = schema_version(session) == _expected_schema()
    except SQLAlchemyError as error:
        log.warning("not_ready", error=type(error).__name__)
    ready = all(checks.values())
    return jsonify({"ready": ready, "checks": checks}), 200 if ready else 503


@pages.get("/metrics")
def metrics() -> Response:
    """Prometheus text: this process's requests, and what waits in the database."""
    registry = CollectorRegistry()
    try:
        with current_app.extensions["database"].reading() as session:
            registry.register(_LoadCollector(read_load(session)))
    except SQLAlchemyError as error:
        log.warning("metrics_without_database", error=type(error).__name__)
    body = generate_latest(REGISTRY) + generate_latest(registry)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


class _LoadCollector:
    """Turns a :class:`Load` into gauges."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges, one sample per label set."""
        cases = GaugeMetricFamily("recovery_open_cases", "Open cases", labels=("workflow", "state"))
        for (workflow, state), count in self._load.cases.items():
            cases.add_metric((workflow, state), count)
        jobs = GaugeMetricFamily("recovery_jobs", "Jobs not done", labels=("state",))
        for state, count in self._load.jobs.items():
            jobs.add_metric((state,), count)
        late = GaugeMetricFamily("recovery_job_lateness_seconds", "How late the oldest due job is")
        late.add_metric((), self._load.latest_seconds)
        alarms = GaugeMetricFamily("recovery_open_alarms", "Alarms nobody acknowledged", labels=("kind",))
        for kind in ALARMS:
            alarms.add_metric((kind,), self._load.alarms.get(kind, 0))
        glass = GaugeMetricFamily(
            "recovery_broken_glass_unreviewed", "Plans that went without their approvals, unreviewed"
        )
        glass.add_metric((), self._load.broken_glass)
        yield from (cases, jobs, late, alarms, glass, *self._of_nodes())

    def _of_nodes(self) -> Iterator[GaugeMetricFamily]:
        """Each node as last looked at; labels carry no secret. ``well`` is 1 for a node that tells what the others tell."""
        figures: dict[str, tuple[str, Callable[[Any], float | None]]] = {
            "well": ("1 when it agrees with the others, or is alone", lambda node: int(node.state in WELL)),
            "height": ("Height of its tip", lambda node: node.height),
            "lag": ("Blocks behind the highest of its network", lambda node: node.lag),
            "latency_seconds": ("Seconds of one exchange", lambda node: node.latency_ms and node.latency_ms / 1000),
            "troubles": ("Failed exchanges since the worker began", lambda node: node.troubles),
        }
        for name, (what, read) in figures.items():
            gauge = GaugeMetricFamily(f"recovery_node_{name}", what, labels=("network", "node"))
            for node in self._load.nodes:
                if (value := read(node)) is not None:
                    gauge.add_metric((node.network, node.node), value)
            yield gauge


@lru_cache(maxsize=1)
def _expected_schema() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
