"""What the API needs of the house; `services.Services` is it, and a test may put another together."""

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Protocol

from fastapi import Request

import graph
from api.streams import Streams
from database.evals import EvalRuns
from database.requests import Requests
from desk.desk import Desk
from desk.policies import Policies
from domain.ids import BrandId
from evals.beside import Evaluations
from kb_index.editions import Building
from kb_index.indexing import Indexer
from kb_index.store import PostgresKnowledge
from services import Tools
from services.accounts import Accounts
from services.doors import Doors
from services.mailing import Mailing
from services.measures import Measures


class Services(Protocol):
    """The doors that routes call."""

    @property
    def desk(self) -> Desk:
        """Return the desk."""
        ...

    @property
    def doors(self) -> Doors:
        """Return the desk's other doors."""
        ...

    @property
    def mailing(self) -> Mailing:
        """Return the mail as it is configured."""
        ...

    @property
    def accounts(self) -> Accounts | None:
        """Return where teammates have accounts to sign in with, None where that is nowhere."""
        ...

    @property
    def public_url(self) -> str | None:
        """Return where browsers reach this server, None where that is its own address."""
        ...

    @property
    def context(self) -> graph.Context:
        """Return the ports of the hub, which go by the usual policy."""
        ...

    async def ports(self, brand: BrandId) -> graph.Context:
        """Return the ports of the hub for a brand; a draft is one pass through it that nobody is told about."""
        ...

    @property
    def policies(self) -> Policies:
        """Return the policies of all brands."""
        ...

    @property
    def indexer(self) -> Indexer:
        """Return what adds, changes and deletes articles."""
        ...

    @property
    def articles(self) -> PostgresKnowledge:
        """Return the articles as they are stored."""
        ...

    @property
    def requests(self) -> Requests:
        """Return the memory of requests that carried an idempotency key."""
        ...

    @property
    def eval_runs(self) -> EvalRuns:
        """Return the runs of evaluations."""
        ...

    def tools(self, pool: Executor, brand: BrandId) -> Tools:
        """Return what a brand's evaluations are made of, thinking in this pool."""
        ...

    async def building(self) -> Building | None:
        """Return how far the index of a new embedder is, None when there is nothing to wait for."""
        ...

    @property
    def measures(self) -> Measures:
        """Return what this process has done."""
        ...

    @property
    def demo(self) -> bool:
        """Say whether callers on this machine need no key to search, draft and chat."""
        ...

    @property
    def run_key(self) -> str | None:
        """Return the key that the operator's own commands use while this process runs."""
        ...

    def worker_alive(self) -> bool:
        """Say whether this process's worker runs; true where workers run elsewhere."""
        ...


def services(request: Request) -> Services:
    """Return the services this application was made with."""
    house: Services = request.app.state.services
    return house


def address(request: Request) -> str:
    """Return where browsers reach this application: as it is set, else as this request did."""
    return services(request).public_url or str(request.base_url).rstrip("/")


def streams(request: Request) -> Streams:
    """Return the open event streams of this application."""
    opened: Streams = request.app.state.streams
    return opened


def refused(request: Request) -> Mapping[str, int]:
    """Return how many requests this application has refused since it began, by the limit they were over."""
    counted: Mapping[str, int] = request.app.state.refused
    return counted


def evaluations(request: Request) -> Evaluations:
    """Return the evaluations that run beside this application."""
    running: Evaluations = request.app.state.evaluations
    return running
