"""What this process has done since it started, and what waits in its database, as Prometheus reads it.

Every process counts for itself; the gauges of the database are the same from all of them.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from desk.vitals import Vitals
from domain.calls import ModelCall
from domain.decisions import Decision

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60)  # seconds

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began: half of the page, nobody asks


class Measures:
    """The counters of one process; nobody's words, ids or brands are among them."""

    def __init__(self) -> None:
        self._all = every = CollectorRegistry()
        ProcessCollector(registry=every)
        Info("deskhand_build", "What runs.", registry=every).info({"version": version("deskhand")})
        self._requests = Counter(
            "deskhand_http_requests", "Requests answered.", ("method", "route", "status"), registry=every
        )
        self._request_seconds = Histogram(
            "deskhand_http_request_seconds",
            "Until an answer began.",
            ("method", "route"),
            buckets=QUICK,
            registry=every,
        )
        self.waiting = Gauge("deskhand_http_requests_waiting", "Requests whose answer has not begun.", registry=every)
        self.answering = Gauge(
            "deskhand_http_answers_open", "Answers begun and not ended: event streams above all.", registry=every
        )
        self._turns = Counter(
            "deskhand_turns", "Turns of customers decided.", ("outcome", "engine", "fallback"), registry=every
        )
        self._turn_seconds = Histogram(
            "deskhand_turn_seconds", "What a turn took in the hub.", buckets=SLOW, registry=every
        )
        self._node_seconds = Histogram(
            "deskhand_node_seconds", "What a node took of a turn.", ("node",), buckets=SLOW, registry=every
        )
        self._calls = Counter(
            "deskhand_model_calls", "Calls of model servers.", ("model", "task", "error"), registry=every
        )
        self._call_seconds = Histogram(
            "deskhand_model_call_seconds", "What a call took.", ("model", "task"), buckets=SLOW, registry=every
        )
        self._tokens = Counter("deskhand_model_tokens", "Tokens of models.", ("model", "task", "kind"), registry=every)

    def began(self, method: str, route: str, seconds: float) -> None:
        """Note how long a request waited for its answer to begin; `route` is its template, never its path."""
        self._request_seconds.labels(method, route).observe(seconds)

    def answered(self, method: str, route: str, status: int) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()

    def decided(self, decision: Decision) -> None:
        """Count how a turn ended, and what each node took."""
        fell_back = "yes" if decision.engine.fallback else "no"
        self._turns.labels(decision.outcome, decision.engine.name, fell_back).inc()
        nodes = dict(decision.timings_ms)
        self._turn_seconds.observe(nodes.pop("total", 0.0) / 1000)
        for node, took in nodes.items():
            self._node_seconds.labels(node).observe(took / 1000)

    def called(self, call: ModelCall) -> None:
        """Count a call of a model server."""
        self._calls.labels(call.model, call.task, call.error or "").inc()
        self._call_seconds.labels(call.model, call.task).observe(call.seconds)
        spent = call.usage
        kinds = {"read": spent.prompt_tokens, "written": spent.completion_tokens, "cached": spent.cached_tokens}
        for kind, tokens in kinds.items():
            self._tokens.labels(call.model, call.task, kind).inc(tokens)

    def page(self, vitals: Vitals | None, refused: Mapping[str, int]) -> bytes:
        """Return everything measured, with how often each limit refused, and what waits in the database.

        Without vitals the database does not answer: its gauges are left out, never told from memory.
        """
        moment = CollectorRegistry()
        moment.register(_Moment(vitals, refused))
        return generate_latest(self._all) + generate_latest(moment)


class _Moment(Collector):
    """What is true when it is asked for."""

    def __init__(self, vitals: Vitals | None, refused: Mapping[str, int]) -> None:
        self._vitals = vitals
        self._refused = refused

    def collect(self) -> Iterator[Metric]:
        """Yield what is measured."""
        refusals = CounterMetricFamily("deskhand_refusals", "Refused because of a limit.", labels=["limit"])
        for limit, times in self._refused.items():
            refusals.add_metric([limit], times)
        yield refusals
        yield GaugeMetricFamily("deskhand_database_up", "1 where the database answers.", value=self._vitals is not None)
        if self._vitals is not None:
            yield from _counted(self._vitals)
            yield from _aged(self._vitals)


def _counted(vitals: Vitals) -> Iterator[Metric]:
    for name, meaning, states in (
        ("deskhand_jobs", "Jobs that could run, run, or were given up.", vitals.jobs),
        ("deskhand_outbox", "Messages to customers on their way, or given up.", vitals.outbox),
        ("deskhand_webhook_deliveries", "Events on their way to other programs, or given up.", vitals.deliveries),
    ):
        family = GaugeMetricFamily(name, meaning, labels=["state"])
        for state, many in states.items():
            family.add_metric([state], many)
        yield family


def _aged(vitals: Vitals) -> Iterator[Metric]:
    for name, meaning, value in (
        ("deskhand_oldest_job_seconds", "How long the oldest job that could run has waited.", vitals.oldest_job_s),
        ("deskhand_circuits_open", "Destinations left alone because they failed.", vitals.circuits_open),
        ("deskhand_workers", "Workers that gave a sign of life lately.", vitals.workers),
        ("deskhand_worker_heartbeat_age_seconds", "Since the newest sign of life.", vitals.heartbeat_age_s),
    ):
        if value is not None:
            yield GaugeMetricFamily(name, meaning, value=value)
