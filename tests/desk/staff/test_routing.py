"""Routing over generated days: what is promised is worked out again, another way, from what was generated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from desk.staff import routing, shifts
from desk.staff.routing import Presence, Ranked, Route, Seat, Wanted, route
from desk.staff.shifts import Shift
from domain.ids import TeammateId

DAY = datetime(2026, 3, 2, tzinfo=UTC)
TEAMS = ("support", "billing")
SKILLS = ("general", "billing", "technical", "gold")
LANGUAGES = ("en", "de")
Taken = tuple[TeammateId, int, int]  # who, from which hour, until before which


@dataclass(frozen=True)
class Person:
    """Somebody of a generated desk: what they are like, and the hours (of 24) that they are planned for."""

    seat: Seat
    hours: tuple[tuple[int, int], ...]
    says: tuple[Presence, ...]  # by hour, in turn

    def at(self, hour: int, load: int, assigned_at: datetime | None) -> Seat:
        """Return them as routing sees them at the start of an hour."""
        now = DAY + timedelta(hours=hour)
        own = [Shift(0, self.seat.teammate, DAY + timedelta(hours=a), DAY + timedelta(hours=b)) for a, b in self.hours]
        on_duty = shifts.on_duty(own, now, open_now=9 <= hour < 17)
        says = self.says[hour % len(self.says)]
        return replace(self.seat, load=load, presence=says, on_duty=on_duty, assigned_at=assigned_at)

    def works(self, hour: int) -> bool:
        """Say the same as `on_duty` of a seat, without it."""
        return any(a <= hour < b for a, b in self.hours) if self.hours else 9 <= hour < 17


@dataclass(frozen=True)
class Arrival:
    """A ticket of a generated day, and how many hours somebody works on it."""

    hour: int
    lasts: int
    wanted: Wanted


def people(number: int) -> st.SearchStrategy[Person]:
    seat = st.builds(
        Seat,
        teammate=st.just(TeammateId(f"mate_{number}")),
        teams=st.frozensets(st.sampled_from(TEAMS), min_size=1),
        skills=st.frozensets(st.sampled_from(SKILLS[1:])),
        languages=st.none() | st.frozensets(st.sampled_from(LANGUAGES), min_size=1),
        capacity=st.integers(0, 3),
        load=st.just(0),
        presence=st.just("available"),
        on_duty=st.just(False),
    )
    spans = st.integers(0, 20).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, 24)))
    says: st.SearchStrategy[Presence] = st.sampled_from(("available", "available", "available", "on_break", "away"))
    return st.builds(
        Person,
        seat=seat,
        hours=st.lists(spans, max_size=2).map(tuple),
        says=st.lists(says, min_size=1, max_size=5).map(tuple),
    )


desks = st.integers(0, 6).flatmap(lambda size: st.tuples(*(people(number) for number in range(size))))
arrivals = st.builds(
    Arrival,
    hour=st.integers(0, 23),
    lasts=st.integers(1, 12),
    wanted=st.builds(
        Wanted,
        team=st.sampled_from(TEAMS),
        skill=st.none() | st.sampled_from(SKILLS),
        language=st.none() | st.sampled_from(LANGUAGES),
        tier=st.none() | st.just("gold"),
        urgent=st.booleans(),
    ),
)
days = st.lists(arrivals, min_size=1, max_size=25).map(lambda day: sorted(day, key=lambda arrival: arrival.hour))


@given(desks, days)
def test_a_day_has_no_overload_no_needless_unskilled_one_and_every_reason_holds(
    desk: tuple[Person, ...], day: list[Arrival]
) -> None:
    taken: list[Taken] = []
    for arrival in day:
        loads = {who.seat.teammate: working(taken, who.seat.teammate, arrival.hour) for who in desk}
        seats = [who.at(arrival.hour, loads[who.seat.teammate], last(taken, who.seat.teammate)) for who in desk]

        found = route(arrival.wanted, seats)

        free = [who for who in desk if may(who, arrival, loads[who.seat.teammate])]
        assert {one.teammate for one in found.ranked} == {who.seat.teammate for who in free}
        assert len(found.ranked) + len(found.passed) == len(desk)
        event("waits" if found.waits else "taken")
        if found.best is None:
            assert found.waits == nearest(desk, arrival)
            continue
        chosen = next(who for who in desk if who.seat.teammate == found.best.teammate)
        assert skilled(chosen, arrival.wanted) or not any(skilled(who, arrival.wanted) for who in free)
        check_reasons(found, desk, arrival, loads)
        check_turns(found, taken)
        taken.append((found.best.teammate, arrival.hour, arrival.hour + arrival.lasts))
    for who in desk:
        assert all(working(taken, who.seat.teammate, hour) <= who.seat.capacity for hour in range(36))


def may(who: Person, arrival: Arrival, load: int) -> bool:
    here = who.says[arrival.hour % len(who.says)] == "available"
    works = arrival.wanted.urgent or who.works(arrival.hour)
    return arrival.wanted.team in who.seat.teams and here and works and load + 1 <= who.seat.capacity


def nearest(desk: Sequence[Person], arrival: Arrival) -> str:
    team = [who for who in desk if arrival.wanted.team in who.seat.teams]
    if not team:
        return "nobody_in_team"
    works = [who for who in team if who.works(arrival.hour) or arrival.wanted.urgent]
    if not works:
        return "nobody_on_duty"
    here = [who for who in works if who.says[arrival.hour % len(who.says)] == "available"]
    return "everybody_full" if here else "nobody_available"


def skilled(who: Person, wanted: Wanted) -> bool:
    return wanted.skill in (None, "general", *who.seat.skills)


def working(taken: Sequence[Taken], who: TeammateId, hour: int) -> int:
    return len([1 for teammate, since, until in taken if teammate == who and since <= hour < until])


def last(taken: Sequence[Taken], who: TeammateId) -> datetime | None:
    orders = [order for order, (teammate, _, _) in enumerate(taken) if teammate == who]
    return DAY + timedelta(seconds=orders[-1]) if orders else None


def check_reasons(found: Route, desk: Sequence[Person], arrival: Arrival, loads: dict[TeammateId, int]) -> None:
    """Work out every point again."""
    wanted = arrival.wanted
    for one in found.ranked:
        who = next(person for person in desk if person.seat.teammate == one.teammate)
        load, most = loads[one.teammate], who.seat.capacity
        points = {term.name: term.points for term in one.terms}
        spoken = wanted.language is None or who.seat.languages is None or wanted.language in who.seat.languages
        assert points == {
            "skill": 16 * skilled(who, wanted),
            "language": 8 * spoken,
            "tier": 4 * (wanted.tier in (None, *who.seat.skills)),
            "duty": 2 * who.works(arrival.hour),
            "room": pytest.approx(1 - load / most),
        }
        assert one.score == pytest.approx(sum(points.values()))
        assert f"{load} of {most} tickets" in [term.why for term in one.terms]


def check_turns(found: Route, taken: Sequence[Taken]) -> None:
    """Among equals, whoever got a ticket longest ago comes first."""
    best = found.ranked[0]
    equals = [one for one in found.ranked if one.score == best.score]
    assert (last(taken, best.teammate) or routing.NEVER) == min(
        last(taken, one.teammate) or routing.NEVER for one in equals
    )


def seat(name: str, **changed: object) -> Seat:
    plain = Seat(
        teammate=TeammateId(name),
        teams=frozenset({"support"}),
        skills=frozenset(),
        languages=None,
        capacity=4,
        load=0,
        presence="available",
        on_duty=True,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]  # whatever a test wants otherwise


def best(wanted: Wanted, *seats: Seat) -> str | None:
    found = route(wanted, seats)
    return found.best.teammate if found.best else None


def test_a_skill_outweighs_everything_else_together() -> None:
    wanted = Wanted("support", "billing", "de", "gold", urgent=True)
    skilled = seat("skilled", skills=frozenset({"billing"}), languages=frozenset({"en"}), load=3, on_duty=False)
    others = seat("other", skills=frozenset({"gold"}), languages=frozenset({"de"}))

    assert best(wanted, others, skilled) == "skilled"


def test_equals_take_turns() -> None:
    early, late = DAY, DAY + timedelta(hours=1)

    assert best(Wanted("support"), seat("a", assigned_at=late), seat("b", assigned_at=early), seat("c")) == "c"
    assert best(Wanted("support"), seat("a", assigned_at=late), seat("b", assigned_at=early)) == "b"


def test_somebody_with_more_room_comes_first() -> None:
    assert best(Wanted("support"), seat("a", load=2), seat("b", capacity=10, load=2)) == "b"


@pytest.mark.parametrize(
    ("changed", "waits"),
    [
        ({"teams": frozenset({"billing"})}, "nobody_in_team"),
        ({"on_duty": False}, "nobody_on_duty"),
        ({"presence": "on_break"}, "nobody_available"),
        ({"presence": "away"}, "nobody_available"),
        ({"load": 4}, "everybody_full"),
        ({"capacity": 0}, "everybody_full"),
    ],
)
def test_a_ticket_that_nobody_can_take_waits_and_says_why(changed: dict[str, object], waits: str) -> None:
    found = route(Wanted("support"), [seat("a", **changed)])

    assert found.waits == waits
    assert found.best is None


def test_what_is_urgent_goes_to_somebody_who_is_there_although_off_duty() -> None:
    off = seat("off", on_duty=False)

    assert best(Wanted("support", urgent=True), off) == "off"
    assert best(Wanted("support", urgent=True), off, seat("on", load=3)) == "on"
    assert best(Wanted("support"), off) is None


def test_whoever_is_ranked_says_what_speaks_for_them() -> None:
    found = route(Wanted("support", "billing", "de"), [seat("a", skills=frozenset({"billing"}), load=1)])

    assert said(found.ranked[0]) == [
        ("skill", 16, "'billing'"),
        ("language", 8, "'de'"),
        ("tier", 4, "'any customer'"),
        ("duty", 2, "working now"),
        ("room", 0.75, "1 of 4 tickets"),
    ]


def said(one: Ranked) -> list[tuple[Literal["skill", "language", "tier", "duty", "room"], float, str]]:
    return [(term.name, term.points, term.why) for term in one.terms]


def test_who_has_shifts_works_by_them_and_everybody_else_when_the_team_is_open() -> None:
    noon = DAY + timedelta(hours=12)
    morning = Shift(1, TeammateId("a"), DAY + timedelta(hours=6), noon)
    long_ago = Shift(2, TeammateId("a"), DAY - timedelta(days=30), DAY - timedelta(days=29))

    assert shifts.on_duty([morning], noon - timedelta(seconds=1), open_now=False)
    assert not shifts.on_duty([morning], noon, open_now=True)
    assert shifts.on_duty([long_ago], noon, open_now=True)
    assert not shifts.on_duty([], noon, open_now=False)
