"""The HTTP application: routes, the chat page and the manual around the services it is given."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from api import describing, problems, refusals
from api.access import COOKIE
from api.admission import USUAL, Admission, AtOnce
from api.allowances import Allowances
from api.callers import Callers
from api.content import json_only
from api.limits import BodyLimit
from api.logs import RequestLog
from api.metrics import Counted
from api.origins import Origins
from api.ports import Services
from api.routes import (
    activity,
    articles,
    assignments,
    attachments,
    chat,
    checks,
    customers,
    drafts,
    evals,
    health,
    inbound,
    insights,
    keys,
    lifecycle,
    macros,
    metrics,
    oidc,
    outbox,
    pages,
    policy,
    privacy,
    search,
    session,
    suggestions,
    teammates,
    tickets,
    webhooks,
)
from api.streams import Streams
from evals.beside import Evaluations
from web import STATIC

BATCH_PATHS = ("/v1/articles",)
DESCRIPTION = """
Deskhand answers customers from your help center, cites it, and hands over to a person when it is not sure.

**Keys.** Send `Authorization: Bearer KEY`. `deskhand keys create` makes the first key; it belongs to one brand, and
so does whatever is done with it. Scopes: `search`, `drafts`, `chat`, `articles`, `evals`, `tickets`, `insights`,
`staff`, `policy`, `keys`, `webhooks`, `metrics`, and `admin`, which holds them all. In demo mode, callers on the same
machine need no key to search, draft, chat and read public articles.

**Teammates** sign in with `POST /v1/session` and a role, which gives scopes as a key does; the session is a cookie, and
whatever writes carries its `X-CSRF-Token` too. **Customers** on a brand's own site open a session with
`POST /v1/chat/session`; it reads the conversations of that customer and no others.

**Problems.** Whatever goes wrong is told as a problem document (RFC 9457, `application/problem+json`): `type` names
the kind, `detail` says what to change, `errors` lists each fault with its place, and `instance` is the id under which
the log has the request. The same id stands in the header `X-Request-ID`; send one of your own to keep it.

**Repeating.** Writing routes take an `Idempotency-Key`: the same request under the same key gets the first answer,
for a day, and has no second effect.

**Limits.** Whoever asks too much is answered 429: `detail` names the limit, and `Retry-After` says in how many seconds
the same request may be sent again. Nothing of it was done.

**Sizes.** A text has up to 20,000 characters, a body up to 1 MB, and up to 8 MB where articles are written.
"""
TAGS = [
    {"name": "chat", "description": "What the customer's window speaks: messages in, events out."},
    {"name": "drafts", "description": "A checked, cited draft for a teammate; nothing is stored or sent."},
    {"name": "search", "description": "The articles that bear on a question."},
    {"name": "articles", "description": "The help center: what replies are made from."},
    {"name": "evals", "description": "How good replies are: marks for one, or a whole suite of graded examples."},
    {"name": "tickets", "description": "What teammates work with: suggestions, macros, and what they look at."},
    {"name": "privacy", "description": "What customers may ask about themselves: a copy, and that it is erased."},
    {"name": "teammates", "description": "Who works at the desk, who has which ticket, and what is owed to customers."},
    {"name": "insights", "description": "How the desk is doing."},
    {"name": "policy", "description": "What a support lead may edit, as pages; every change is a version."},
    {"name": "keys", "description": "Who may call, and what for."},
    {"name": "webhooks", "description": "Who hears of which events, and what is on its way to them."},
    {"name": "health", "description": "For whoever runs the process; no key needed."},
]


def create_app(services: Services, at_once: AtOnce = USUAL) -> FastAPI:
    """Return the application serving these services, so much at once; the caller opens and closes them."""
    app = FastAPI(
        title="Deskhand",
        version=version("deskhand"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        dependencies=[Depends(json_only)],
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    app.state.streams = Streams()
    app.state.callers = Callers(COOKIE)
    app.state.allowances = Allowances()
    app.state.refused = Counter[str]()
    app.state.evaluations = Evaluations(services.eval_runs, services.tools, services.context.now)
    answering = (chat, drafts, search, lifecycle, articles, checks, evals)
    working = (
        tickets,
        outbox,
        attachments,
        customers,
        privacy,
        suggestions,
        macros,
        activity,
        assignments,
        teammates,
        insights,
    )
    for routes in (*answering, *working, policy, keys, webhooks, inbound, session, oidc, health, metrics, pages):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    refusals.install(app)
    app.add_middleware(BodyLimit, larger=BATCH_PATHS)
    app.add_middleware(Admission, at_once=at_once)
    app.add_middleware(Origins)
    app.add_middleware(RequestLog)
    app.add_middleware(Counted, measures=services.measures)
    app.openapi = lambda: describing.described(app)  # type: ignore[method-assign]  # the way FastAPI documents for changing it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Stop what runs beside the application when it stops."""
    yield
    await app.state.evaluations.close()
