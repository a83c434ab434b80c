"""Teammates sign in with an account elsewhere, and only those whom the provider vouches for, to us, now."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from api.routes.oidc import BACK, BEGIN, COOKIE, TROUBLES
from connectors.oidc import ASKED_AGAIN, ProviderDown
from connectors.outbound import Outbound
from desk.access.roles import Role
from desk.staff.staff import Profile
from domain.ids import DEFAULT_BRAND, TeammateId
from services import accounts
from services.accounts import Accounts
from tests import provider
from tests.api.conftest import NOW, House, calling
from tests.provider import ANNA, CLIENT, EC, RSA, SECRET, Claims, LocalProvider

Change = dict[str, Any]
BEN = {**ANNA, "sub": "acc-2", "email": "ben@example.com", "name": "Ben"}


@pytest.fixture
async def elsewhere() -> AsyncIterator[LocalProvider]:
    """A provider of accounts."""
    async with provider.providing(NOW) as local:
        yield local


@pytest.fixture
async def outbound(elsewhere: LocalProvider) -> AsyncIterator[Outbound]:
    opened = elsewhere.outbound()
    yield opened
    await opened.close()


Closed = Callable[..., House]


@pytest.fixture
def closed(house: House, elsewhere: LocalProvider, outbound: Outbound) -> Closed:
    """A house whose teammates have accounts there, and with a setting changed."""

    def made(now: Callable[[], datetime] = lambda: NOW, **settings: Any) -> House:
        about = {"oidc_issuer": elsewhere.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
        read = house.settings.model_copy(update={**about, "oidc_name": "Example", **settings})
        return replace(house, demo=False, settings=read, accounts=Accounts.of(read, outbound, now))

    return made


@pytest.fixture
async def browser(closed: Closed) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody who has an account there."""
    async with calling(closed()) as caller:
        yield caller


async def hire(house: House, name: str = "anna", role: Role = "lead") -> TeammateId:
    profile = Profile(name.title(), f"{name}@example.com", ())
    return (await house.doors.staff.add(DEFAULT_BRAND, profile, NOW, role=role)).id


async def arrive(browser: httpx.AsyncClient, elsewhere: LocalProvider, account: Claims = ANNA) -> httpx.Response:
    """Go there, sign in, and come back."""
    sent = await browser.get(BEGIN)
    assert sent.status_code == 303
    return await browser.get(elsewhere.sign_in(sent.headers["location"], account))


async def who(browser: httpx.AsyncClient) -> dict[str, Any] | None:
    """Return who is signed in, None when nobody is."""
    answer = await browser.get("/v1/session")
    return answer.json() if answer.status_code == 200 else None


def trouble(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)["trouble"][0]


async def noted(house: House) -> list[str]:
    return [sealed.entry.action for sealed in reversed(await house.doors.audit.entries(DEFAULT_BRAND))]


async def test_who_is_known_by_a_verified_address_signs_in(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    anna = await hire(house)

    back = await arrive(browser, elsewhere, {**ANNA, "email": "Anna@Example.com"})
    seen = await who(browser)

    assert (back.status_code, back.headers["location"]) == (303, "/sign-in")
    assert seen
    assert (seen["teammate"], seen["role"]) == (anna, "lead")
    assert (await noted(house))[-2:] == ["account_linked", "signed_in"]
    assert COOKIE not in browser.cookies


async def test_what_opens_stands_in_cookies_for_this_site_alone(browser: httpx.AsyncClient, house: House) -> None:
    plain = await browser.get(BEGIN)
    over_tls = await browser.get(f"https://127.0.0.1{BEGIN}")

    cookie = plain.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", f"Path={BEGIN}", "Max-Age=600"} <= set(cookie.split("; "))
    assert "Secure" in over_tls.headers["set-cookie"].split("; ")
    assert cookie.split("=")[1].split(";")[0] not in plain.headers["location"]


async def test_the_browser_comes_back_to_where_browsers_reach_us(closed: Closed) -> None:
    async with calling(closed(public_url="https://desk.example.com")) as browser:
        sent = await browser.get(BEGIN)

    assert parse_qs(urlsplit(sent.headers["location"]).query)["redirect_uri"] == [f"https://desk.example.com{BACK}"]
    assert "Secure" in sent.headers["set-cookie"]


async def test_an_account_stays_its_teammates_whatever_its_address(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    anna, ben = await hire(house), await hire(house, "ben")
    await arrive(browser, elsewhere)

    moved = await arrive(browser, elsewhere, {**ANNA, "email": "ben@example.com"})
    seen = await who(browser)
    inherited = await arrive(browser, elsewhere, {**BEN, "email": "anna@example.com"})

    assert moved.headers["location"] == "/sign-in"
    assert seen
    assert seen["teammate"] == anna != ben
    assert trouble(inherited) == "taken"


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (BEN, "unknown"),
        ({**ANNA, "email_verified": False}, "unproven"),
        ({**ANNA, "email_verified": None}, "unproven"),
        ({**ANNA, "email_verified": "yes"}, "unproven"),
        ({"sub": "acc-1"}, "unknown"),
        ({**ANNA, "email": ["anna@example.com"]}, "unknown"),
    ],
)
async def test_nobody_else_signs_in(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider, account: Claims, reason: str
) -> None:
    await hire(house)

    back = await arrive(browser, elsewhere, account)

    assert (trouble(back), await who(browser)) == (reason, None)


async def test_who_left_stays_out_until_they_are_added_again(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house, "root", "admin")
    anna = await hire(house)
    await arrive(browser, elsewhere)
    await house.doors.staff.leave(DEFAULT_BRAND, anna, NOW)

    out = await arrive(browser, elsewhere)
    again = await hire(house)
    await arrive(browser, elsewhere)
    seen = await who(browser)

    assert trouble(out) == "left"
    assert seen
    assert seen["teammate"] == again


async def test_a_token_that_was_not_made_for_this_sign_in_opens_nothing(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    elsewhere.alters = lambda claims: {**claims, "nonce": "another"}

    back = await arrive(browser, elsewhere)

    assert (trouble(back), await who(browser)) == ("broken", None)


@pytest.mark.parametrize("checks", [True, False], ids=["code bound", "code not bound"])
async def test_the_code_of_somebody_elses_sign_in_opens_nothing(
    browser: httpx.AsyncClient, closed: Closed, house: House, elsewhere: LocalProvider, checks: bool
) -> None:
    await hire(house)
    elsewhere.checks_verifier = checks
    async with calling(closed()) as stranger:
        theirs = elsewhere.sign_in((await stranger.get(BEGIN)).headers["location"])
    ours = elsewhere.sign_in((await browser.get(BEGIN)).headers["location"])
    code, state = (parse_qs(urlsplit(one).query)[name][0] for one, name in ((theirs, "code"), (ours, "state")))

    back = await browser.get(BACK, params={"code": code, "state": state})

    assert (trouble(back), await who(browser)) == ("broken", None)


async def test_an_answer_to_another_browser_opens_nothing(
    browser: httpx.AsyncClient, closed: Closed, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    async with calling(closed()) as stranger:
        theirs = elsewhere.sign_in((await stranger.get(BEGIN)).headers["location"])

    never_begun = await browser.get(theirs)
    await browser.get(BEGIN)
    begun = await browser.get(theirs)
    without = await browser.get(BACK, params={"code": "code-1"})

    assert [trouble(one) for one in (never_begun, begun, without)] == ["stale"] * 3
    assert await who(browser) is None
    assert "/token" not in elsewhere.asked


async def test_coming_back_twice_signs_in_once(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    place = elsewhere.sign_in((await browser.get(BEGIN)).headers["location"])

    answers = [await browser.get(place) for _ in range(2)]

    assert answers[0].headers["location"] == "/sign-in"
    assert trouble(answers[1]) == "stale"


async def test_a_new_key_of_the_provider_is_learned_and_an_old_one_forgotten(
    closed: Closed, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    time = [NOW]
    async with calling(closed(now=lambda: time[0])) as browser:
        first = await arrive(browser, elsewhere)
        asked = elsewhere.asked.count("/keys")
        elsewhere.keys, elsewhere.signs_with = {"second": EC}, "second"
        too_soon = await arrive(browser, elsewhere)
        time[0] += ASKED_AGAIN
        learned = await arrive(browser, elsewhere)
        elsewhere.keys, elsewhere.signs_with = {"first": RSA, **elsewhere.keys}, "first"
        forgotten = await arrive(browser, elsewhere)

    assert [first.headers["location"], learned.headers["location"]] == ["/sign-in"] * 2
    assert [trouble(too_soon), trouble(forgotten)] == ["broken"] * 2
    assert (asked, elsewhere.asked.count("/keys")) == (1, 2)


async def test_what_the_token_does_not_tell_the_provider_is_asked(
    browser: httpx.AsyncClient, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    elsewhere.tells = lambda name: name == "name"

    back = await arrive(browser, elsewhere)

    assert back.headers["location"] == "/sign-in"
    assert "/userinfo" in elsewhere.asked


async def test_a_claim_that_names_a_role_adds_its_teammate_and_changes_the_role(
    closed: Closed, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house, "root", "admin")
    async with calling(closed(oidc_claim="access.roles")) as browser:
        seen = []
        for roles in (["deskhand-teammate", "staff"], "deskhand-read-only", ["deskhand-qa", "deskhand-admin"]):
            await arrive(browser, elsewhere, {**ANNA, "access": {"roles": roles}})
            seen.append(await who(browser))
        none = [
            await arrive(browser, elsewhere, {**ANNA, "access": access})
            for access in ({"roles": ["admin", "DESKHAND-ADMIN"]}, {"roles": {"deskhand-admin": 1}}, "deskhand-admin")
        ]

    assert [one and one["role"] for one in seen] == ["teammate", "read_only", "admin"]
    assert len({one["teammate"] for one in seen if one}) == 1
    assert [trouble(one) for one in none] == ["no_role"] * 3
    assert (await noted(house)).count("role_given") == 2


async def test_a_claim_gives_nobody_an_address_that_is_not_verified(
    closed: Closed, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    async with calling(closed(oidc_claim="roles")) as browser:
        back = await arrive(browser, elsewhere, {**ANNA, "email_verified": False, "roles": "deskhand-teammate"})

    assert trouble(back) == "unproven"


async def test_the_only_admin_stays_one(closed: Closed, house: House, elsewhere: LocalProvider) -> None:
    await hire(house, "anna", "admin")
    async with calling(closed(oidc_claim="roles")) as browser:
        back = await arrive(browser, elsewhere, {**ANNA, "roles": "deskhand-lead"})

    assert trouble(back) == "only_admin"


async def test_a_provider_that_does_not_answer_or_refuses_us_is_told_as_down(
    browser: httpx.AsyncClient, closed: Closed, house: House, elsewhere: LocalProvider
) -> None:
    await hire(house)
    async with calling(closed(oidc_client_secret=SecretStr("another"))) as stranger:
        refused = await arrive(stranger, elsewhere)
    elsewhere.down = True

    answered = await browser.get(BEGIN)

    assert [trouble(refused), trouble(answered)] == ["down", "down"]


async def test_the_page_shows_the_way_and_what_went_wrong(closed: Closed, house: House) -> None:
    async with calling(closed()) as browser, calling(replace(house, demo=False)) as without:
        page = (await browser.get("/sign-in")).text
        told = [(await browser.get("/sign-in", params={"trouble": name})).text for name in TROUBLES]
        other = (await browser.get("/sign-in", params={"trouble": "<b>boo"})).text
        bare = (await without.get("/sign-in")).text
        nowhere = [(await without.get(place)).status_code for place in (BEGIN, BACK)]

    assert f'href="{BEGIN}">Sign in with Example</a>' in page
    assert all(words.replace("'", "&#39;") in shown for words, shown in zip(TROUBLES.values(), told, strict=True))
    assert "boo" not in other
    assert BEGIN not in bare
    assert nowhere == [404, 404]


async def test_the_doctor_asks_the_provider(closed: Closed, elsewhere: LocalProvider) -> None:
    read = closed(allowed_hosts=(f"127.0.0.1:{elsewhere.port}",)).settings

    good = await accounts.look(read, lambda: NOW)
    elsewhere.down = True

    assert good == f"{elsewhere.issuer} signs with 1 key"
    with pytest.raises(ProviderDown, match="answers 503"):
        await accounts.look(read, lambda: NOW)
    with pytest.raises(ProviderDown, match="DESKHAND_ALLOWED_HOSTS"):
        await accounts.look(closed().settings, lambda: NOW)
