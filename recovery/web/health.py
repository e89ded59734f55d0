"""For machines that watch this one: is it alive, can it work, and how much is there to do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import structlog
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError

from recovery.queries.operations import Load, read_load, schema_version

pages = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "recovery_requests", "Requests answered by this process", ("method", "endpoint", "status"), registry=REGISTRY
)
SECONDS = Histogram("recovery_request_seconds", "Time to an answer", ("endpoint",), registry=REGISTRY)
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
        yield from (cases, jobs, late)


@lru_cache(maxsize=1)
def _expected_schema() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
