"""Brands apart: whatever is done through any door of the desk, no brand sees a word, a name or an id of another.

Three brands live in one database. Each has a word of its own in everything that is written for it, and everything it
owns is tried through the others' doors.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.database import Database
from desk.activity import Activity
from desk.desk import Desk, Incoming
from desk.errors import DeskError
from desk.policies import Change, Policies
from desk.queue import Queue
from desk.staff.staff import Profile, Staff
from desk.views import VIEWS, Asked
from desk.work.deciding import Suggestions
from desk.work.macros import Macros
from desk.workspace import Workspace
from domain.ids import ArticleId, BrandId
from insights.kpi import Period
from insights.measuring import Insights
from tests.desk.decisions import answered, handed_over, suggested

ROUNDS, ACTS = (50, 200) if os.environ.get("PROVE") else (3, 50)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BRANDS = {BrandId("zebra"): "zebrawort", BrandId("okapi"): "okapiwort", BrandId("tapir"): "tapirwort"}
IDS = re.compile(r"\b(?:tic|msg|mac|tea|cas|fol|sea|att)_[0-9a-f]{32}\b")
DECISIONS = (answered, suggested, suggested, handed_over)
WRITES = ("says", "says", "decides", "decides", "hires", "saves", "searches", "changes", "describes")
READS = ("lists", "reads", "finds", "counts")
TRIES = ("opens", "writes", "notes", "edits", "links", "attaches", "gives", "owes", "finishes", "approves", "rejects",
         "fills", "rewords", "looks", "ends", "rates")  # fmt: skip

acts = st.tuples(
    st.sampled_from((*WRITES, *READS, *TRIES)), st.sampled_from(tuple(BRANDS)), st.integers(0, 8), st.booleans()
)


@dataclass
class World:
    """The doors, and what each brand owns, by kind."""

    desk: Desk
    workspace: Workspace
    suggestions: Suggestions
    macros: Macros
    staff: Staff
    activity: Activity
    policies: Policies
    insights: Insights
    now: datetime = START
    owned: dict[BrandId, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    owner: dict[str, BrandId] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    async def act(self, name: str, brand: BrandId, number: int, strange: bool) -> None:
        """Do something for a brand, with what is its own or, where `strange`, with what is another's; look at it."""
        self.now += timedelta(minutes=1)
        others = [other for other in BRANDS if other != brand]
        victim = others[number % 2] if strange and name in TRIES else brand
        try:
            seen = await getattr(self, name)(brand, Things(self.owned[victim], number), BRANDS[brand])
        except DeskError:
            self.done[f"{name} refused"] += 1
            return
        except Missing:
            return
        assert victim == brand, f"{brand} {name} with what is {victim}'s"
        self.done[name] += 1
        self.assert_own(brand, repr(seen))

    def assert_own(self, brand: BrandId, seen: str) -> None:
        """See that nothing of another brand is in what a brand is shown, and remember the ids that are."""
        assert [word for other, word in BRANDS.items() if other != brand and word in seen] == []
        for known in IDS.findall(seen):
            assert self.owner.setdefault(known, brand) == brand

    def own(self, brand: BrandId, kind: str, thing: Any) -> None:
        self.owned[brand][kind].append(thing)

    async def says(self, brand: BrandId, its: "Things", word: str) -> Any:
        ticket = its.take("ticket") if its.number % 3 == 0 and its.owned["ticket"] else None
        customer = None if ticket else await self.someone(brand, word)
        incoming = Incoming(brand, f"My {word} number {its.number} is broken.", "chat", ticket, customer=customer)
        received = await self.desk.receive(incoming, self.now)
        self.own(brand, "ticket", received.ticket)
        return received

    async def someone(self, brand: BrandId, word: str) -> Any:
        known = await self.workspace.describe(brand, f"customer-{word}", {"name": f"Mx {word}"}, self.now)  # type: ignore[arg-type]  # a plain id
        return known.id

    async def decides(self, brand: BrandId, its: "Things", word: str) -> Any:
        attempt = await self.desk.begin(its.take("ticket"), self.now)
        if attempt is None:
            return None
        assert BRANDS[brand] in attempt.turn.text
        await self.desk.conclude(attempt, DECISIONS[its.number % 4](attempt.turn), (), self.now)
        self.own(brand, "case", attempt.case)
        return attempt

    async def hires(self, brand: BrandId, its: "Things", word: str) -> Any:
        mail = f"{word}{len(its.owned['teammate'])}@example.com"
        hired = await self.staff.add(brand, Profile(f"Anna {word}", mail, ("support",)), self.now)
        self.own(brand, "teammate", hired.id)
        return await self.staff.be(brand, hired.id, "available", self.now)

    async def saves(self, brand: BrandId, its: "Things", word: str) -> Any:
        name = f"{word} {len(its.owned['macro'])}"
        saved = await self.macros.add(brand, name, f"{word} greets {{ticket}}", "en", self.now)
        self.own(brand, "macro", saved.id)
        return saved

    async def searches(self, brand: BrandId, its: "Things", word: str) -> Any:
        made = await self.activity.searched(brand, "customer", f"How is my {word}?", [ArticleId(word)], self.now)
        self.own(brand, "search", made)
        return made

    async def changes(self, brand: BrandId, its: "Things", word: str) -> Any:
        text = f"name: {word} {its.number}\n"
        before = await self.policies.version(brand)
        page = {"brand.yaml": self.policies.pages(before)["brand.yaml"] + f"\n# {text}"}
        await self.policies.put(brand, Change(page, word, f"for the {word}"), self.now)
        return await self.policies.history(brand), await self.policies.in_force(brand)

    async def describes(self, brand: BrandId, its: "Things", word: str) -> Any:
        await self.someone(brand, word)
        return await self.workspace.customer(brand, f"customer-{word}")  # type: ignore[arg-type]  # a plain id

    async def lists(self, brand: BrandId, its: "Things", word: str) -> Any:
        view = VIEWS[its.number % len(VIEWS)]
        who = its.take("teammate")
        page = await self.workspace.page(Asked(brand, view, teammate=who), self.now, limit=100)
        return (
            page,
            await self.suggestions.waiting(brand),
            await self.macros.of(brand),
            await self.staff.teammates(brand),
        )

    async def reads(self, brand: BrandId, its: "Things", word: str) -> Any:
        return (
            await self.staff.follow_ups(brand),
            await self.policies.version(brand),
            await self.policies.history(brand),
        )

    async def finds(self, brand: BrandId, its: "Things", word: str) -> Any:
        wanted = list(BRANDS.values())[its.number % 3]
        hits = await self.workspace.search(brand, f"{wanted} broken")
        assert not hits or wanted == word
        return hits

    async def counts(self, brand: BrandId, its: "Things", word: str) -> Any:
        policy = await self.policies.in_force(brand)
        period = Period(START - timedelta(days=1), self.now + timedelta(seconds=1))
        read = await self.insights.kpis(brand, period, policy.kpis, policy.cost, period.end)
        opened = next(one.found.parts["here"] for one in read if one.kpi.name == "ticket_volume")
        assert opened == len(set(its.owned["ticket"]))
        counted = await self.workspace.counts(brand, self.now)
        assert counted["open"] <= len(set(its.owned["ticket"]))
        return read, counted

    async def opens(self, brand: BrandId, its: "Things", word: str) -> Any:
        ticket = its.take("ticket")
        return await self.workspace.open(brand, ticket), await self.staff.candidates(brand, ticket, self.now)

    async def writes(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.workspace.reply(brand, its.take("ticket"), f"Our {word}.", self.mine(brand), self.now)

    async def notes(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.workspace.note(brand, its.take("ticket"), f"See {word}.", self.mine(brand), self.now)

    async def edits(self, brand: BrandId, its: "Things", word: str) -> Any:
        wanted: Any = {"subject": f"About {word}", "tags": [word]}
        return await self.workspace.edit(brand, its.take("ticket"), wanted, self.mine(brand), self.now)

    async def links(self, brand: BrandId, its: "Things", word: str) -> Any:
        into = self.mine(brand, "ticket")
        wanted = its.take("ticket")
        await self.workspace.edit(brand, wanted, {"problem": into}, self.mine(brand), self.now)
        return await self.workspace.open(brand, wanted)

    async def attaches(self, brand: BrandId, its: "Things", word: str) -> Any:
        ticket = its.take("ticket")
        file = await self.workspace.attach(brand, ticket, f"{word}.txt", f"the {word}".encode(), self.now)
        self.own(brand, "file", (ticket, file.id))
        return await self.workspace.attachment(brand, *its.take("file"))

    async def gives(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.staff.give(
            brand, self.mine(brand, "ticket"), its.take("teammate"), self.mine(brand), self.now
        )

    async def owes(self, brand: BrandId, its: "Things", word: str) -> Any:
        due = self.now + timedelta(days=1)
        owed = await self.staff.follow_up(brand, its.take("ticket"), f"Call {word}", due, self.mine(brand), self.now)
        self.own(brand, "follow_up", owed.id)
        return owed

    async def finishes(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.staff.finish(brand, its.take("follow_up"), self.mine(brand), self.now)

    async def approves(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.suggestions.approve(brand, its.take("case"), self.mine(brand), self.now, timedelta())

    async def rejects(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.suggestions.reject(brand, its.take("case"), self.mine(brand), "tone", word, self.now)

    async def fills(self, brand: BrandId, its: "Things", word: str) -> Any:
        ticket, writer = self.mine(brand, "ticket"), self.mine(brand)
        return await self.macros.render(brand, its.take("macro"), ticket, writer, self.now)

    async def rewords(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.macros.change(brand, its.take("macro"), self.now, text=f"{word} says hello")

    async def looks(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.activity.looks(brand, self.mine(brand), its.take("ticket"), self.now)

    async def ends(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.activity.ended(brand, its.take("search"), "opened", self.now, ArticleId(word))

    async def rates(self, brand: BrandId, its: "Things", word: str) -> Any:
        return await self.activity.rating(brand, its.take("ticket"))

    def mine(self, brand: BrandId, kind: str = "teammate") -> Any:
        return Things(self.owned[brand], 0).take(kind)


class Missing(LookupError):
    """There is nothing of this kind yet."""


@dataclass(frozen=True)
class Things:
    """What a brand owns, and which of it is meant."""

    owned: Mapping[str, list[Any]]
    number: int

    def take(self, kind: str) -> Any:
        if not self.owned[kind]:
            raise Missing(kind)
        return self.owned[kind][-1 - self.number % len(self.owned[kind])]


Build = Callable[[], Awaitable[World]]


@pytest.fixture
def build(database: Database, queue: Queue, desk: Desk) -> Build:
    """What opens the doors, the same world for all courses of a test."""
    made: list[World] = []

    async def world() -> World:
        if not made:
            engine, policies = database.engine, Policies(database.engine)
            for brand, word in BRANDS.items():
                await desk.add_brand(brand, f"The {word}", START)
            doors = Workspace(engine, queue, policies), Suggestions(engine, queue, policies), Macros(engine)
            made.append(World(desk, *doors, Staff(engine, policies), Activity(engine), policies, Insights(engine)))
        return made[0]

    return world


@settings(
    max_examples=ROUNDS,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
)
@given(course=st.lists(acts, min_size=ACTS, max_size=ACTS))
async def test_no_brand_sees_anything_of_another(build: Build, course: list[tuple[str, BrandId, int, bool]]) -> None:
    world = await build()
    for brand in BRANDS:
        for needed in ("hires", "saves", "says", "decides", "searches"):
            await world.act(needed, brand, 1, False)

    for name, brand, number, strange in course:
        await world.act(name, brand, number, strange)
