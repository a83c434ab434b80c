"""The pages about the staff: what they say, and what they must agree on."""

from datetime import date, time
from pathlib import Path

import pytest

from domain.hours import Calendar, Opening
from domain.staffing import Step, Target
from domain.triage import Priority
from prompts import policy
from prompts.policy import PolicyError

TEAM = "- {name: support, description: Answers, calendar: office, skills: [product]}"


def with_page(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def edited(folder: Path, name: str, before: str, after: str) -> Path:
    text = policy.texts()[name]
    assert before in text
    return with_page(folder, name, text.replace(before, after, 1))


def test_what_ships_works_anywhere_and_tells_somebody_about_every_priority() -> None:
    shipped = policy.load()

    assert shipped.calendar() == shipped.calendar("billing")
    assert shipped.calendar().week["friday"] == (Opening(time(9), time(17)),)
    assert (shipped.calendar().time_zone, shipped.calendar().holidays) == ("UTC", None)
    assert shipped.escalation(Priority.P0)[-1] == Step("lead", 10)
    assert shipped.escalation(Priority.P1, "billing") == (Step("assignee"), Step("team"), Step("lead", 20))
    assert all(shipped.escalation(priority) for priority in Priority)


def test_days_are_written_as_hours_on_the_wall(tmp_path: Path) -> None:
    page = (
        "- name: fjord\n  time_zone: Europe/Oslo\n  holidays: NO\n  closed: [2027-12-24]\n  week:\n"
        "    monday: 9:00-12:30, 13:30-18:00\n    saturday: 22:00-24:00\n    sunday: 00:00-24:00\n"
        + policy.texts()["hours.yaml"]
    )

    fjord = policy.load(with_page(tmp_path, "hours.yaml", page)).calendar()

    assert fjord == Calendar(
        name="fjord",
        time_zone="Europe/Oslo",
        week={
            "monday": (Opening(time(9), time(12, 30)), Opening(time(13, 30), time(18))),
            "saturday": (Opening(time(22), time(0)),),
            "sunday": (Opening(time(0), time(0)),),
        },
        holidays="NO",
        closed=(date(2027, 12, 24),),
    )


def test_a_tier_has_its_own_targets_where_it_names_them(tmp_path: Path) -> None:
    own = "tiers:\n  - name: gold\n    targets:\n      P1: {response: 15, resolution: 90, business_hours: false}"

    gold = policy.load(edited(tmp_path, "clocks.yaml", "tiers: []", own))

    assert gold.target(Priority.P1, "gold") == Target(15, 90, False)
    assert gold.target(Priority.P1) == gold.target(Priority.P1, "silver") == gold.targets[Priority.P1]
    assert gold.target(Priority.P2, "gold") == gold.targets[Priority.P2]


def test_a_team_has_its_own_path_where_it_names_one(tmp_path: Path) -> None:
    own = policy.texts()["escalation.yaml"] + "- {priorities: [P2], team: billing, steps: [{tell: lead}]}\n"

    escalation = policy.load(with_page(tmp_path, "escalation.yaml", own)).escalation

    assert escalation(Priority.P2, "billing") == (Step("lead"),)
    assert escalation(Priority.P2, "support") == escalation(Priority.P2) != (Step("lead"),)
    assert escalation(Priority.P3, "billing") == escalation(Priority.P3)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("destinations.yaml", "team: security", "team: safety", r"at 1\.team: teams\.yaml has no 'safety'; it has"),
        (
            "intents.yaml",
            "skill: product",
            "skill: produkt",
            r"at 0\.skill: the skills of teams\.yaml has no 'produkt'",
        ),
        ("teams.yaml", "calendar: office", "calendar: night", r"'support', calendar: hours\.yaml has no 'night'"),
        ("teams.yaml", "name: billing", "name: support", r"at 1\.name: 'support' is there twice"),
        ("teams.yaml", "lead: null", "lead: Ada", r"the lead 'Ada' is no e-mail address"),
        ("teams.yaml", "lead: null", "leed: null", r"at 0\.leed: is not known here"),
        ("hours.yaml", "time_zone: UTC", "time_zone: Utopia", r"'Utopia' is no time zone"),
        ("hours.yaml", "time_zone: UTC", "time_zone: ../etc/passwd", r"is no time zone"),
        ("hours.yaml", "monday: 09:00-17:00", "monday: 17:00-9:00", r"monday: 17:00-09:00 ends before it starts"),
        ("hours.yaml", "monday: 09:00-17:00", "monday: 9-17 o'clock", r"at 0\.week\.monday: .* write 09:00-17:00"),
        ("hours.yaml", "monday: 09:00-17:00", "monday: 17:00-25:00", r"at 0\.week\.monday\.0\.closes"),
        ("hours.yaml", "monday: 09:00-17:00", "monday: 17:00", r"at 0\.week\.monday: '17:00' is no time of work"),
        ("hours.yaml", "monday: 09:00-17:00", "monday: 9:00-13:00, 12:00-17:00", r"12:00-17:00 starts before 09"),
        ("hours.yaml", "monday: 09", "moonday: 09", r"at 0\.week\.moonday"),
        (
            "hours.yaml",
            "- name: office",
            "- {name: none, time_zone: UTC, week: {}}\n- name: office",
            r"'none': it is never",
        ),
        ("hours.yaml", "holidays: null", "holidays: XX", r"the holidays of 'XX' are not known"),
        ("clocks.yaml", "response: 30,", "response: 300,", r"at targets\.P0: .* not 300 and 120"),
        ("clocks.yaml", "  P3: {response: 480, resolution: 2880, business_hours: true}\n", "", r"no targets for P3"),
        ("clocks.yaml", "burst_seconds: 8", "burst_seconds: -8", r"at waits\.burst_seconds: -8 is less than nothing"),
        ("escalation.yaml", "- {tell: coordination, after: 0}", "- {tell: lead, after: 0}", r"P0 tells coordination"),
        ("escalation.yaml", "[P2, P3]", "[P2]", r"tells nobody about P3"),
        ("escalation.yaml", "after: 20", "after: -1", r"at 1\.steps: name who is told in order"),
        ("escalation.yaml", "tell: lead", "tell: boss", r"at 0\.steps\.3\.tell"),
        ("kpis.yaml", "goal: 0.95", "goal: 0.80", r"'customer_satisfaction': the goal 0\.8 is on the wrong side"),
        ("kpis.yaml", "goal: 8", "goal: 18", r"'average_handle_time': the goal 18 is on the wrong side"),
        ("kpis.yaml", "hour: 30", "hour: -30", r"at cost\.hour: -30 is less than nothing"),
        ("brand.yaml", "link_hosts: []", "link_hosts: ['https://help.example.com']", r"is no host"),
        ("brand.yaml", "origins: []", "origins: [shop.example.com]", r"at origins\.0: 'shop\.example\.com' is no site"),
        ("brand.yaml", "origins: []", "origins: ['https://shop.example.com/']", r"is no site"),
    ],
)
def test_pages_that_do_not_fit_together_are_told_with_place_and_way_out(
    tmp_path: Path, name: str, before: str, after: str, said: str
) -> None:
    with pytest.raises(PolicyError, match=said) as refused:
        policy.load(edited(tmp_path, name, before, after))

    assert name in str(refused.value)


def test_a_team_that_is_gone_is_missed_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"destinations\.yaml, at 0\.team: teams\.yaml has no 'coordination'"):
        policy.load(with_page(tmp_path, "teams.yaml", TEAM))


def test_coordination_which_hears_of_every_p0_is_a_team(tmp_path: Path) -> None:
    edited(tmp_path, "destinations.yaml", "team: coordination", "team: support")

    with pytest.raises(PolicyError, match=r"escalation\.yaml tells coordination: teams\.yaml has no 'coordination'"):
        policy.load(edited(tmp_path, "teams.yaml", "- name: coordination", "- name: crisis"))


def test_a_page_that_repeats_itself_by_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"hours\.yaml repeats itself with an alias"):
        policy.load(with_page(tmp_path, "hours.yaml", "[&a {name: x}, *a]"))
