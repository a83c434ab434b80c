"""What a provider vouches for, and what only looks as if it did."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest

from connectors.oidc import Attempt, Client, Provider, ProviderDown
from desk.access.identities import Vouched
from desk.errors import ProviderRefused
from tests import provider
from tests.desk.decisions import NOW
from tests.provider import ANNA, CLIENT, EC, RSA, SECRET, Claims, LocalProvider

BACK = "https://desk.example.com/back"
OURS = Attempt("dha_ours")
Change = dict[str, Any]


@pytest.fixture
async def elsewhere() -> AsyncIterator[LocalProvider]:
    """A provider of accounts."""
    async with provider.providing(NOW) as local:
        yield local


@pytest.fixture
async def asked(elsewhere: LocalProvider) -> AsyncIterator[Provider]:
    """Our side of it."""
    outbound = elsewhere.outbound()
    yield Provider(Client(elsewhere.issuer, CLIENT, SECRET), outbound, lambda: NOW)
    await outbound.close()


async def finish(asked: Provider, elsewhere: LocalProvider, account: Claims = ANNA) -> Vouched:
    elsewhere.sign_in(await asked.begin(OURS, BACK), account)
    return await asked.finish(OURS, "code-1", BACK)


async def test_a_provider_vouches_for_an_account(asked: Provider, elsewhere: LocalProvider) -> None:
    vouched = await finish(asked, elsewhere)

    assert vouched == Vouched(elsewhere.issuer, "acc-1", "anna@example.com", True, "Anna Lund", None)


def test_what_leaves_the_browser_tells_nothing_of_what_stays() -> None:
    other = Attempt("dha_other")

    told = {OURS.state, OURS.nonce, OURS.verifier, other.state, other.nonce, other.verifier}

    assert len(told) == 6
    assert {len(one) for one in told} == {43}


STRANGE: dict[str, Change] = {
    "a nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another"},
    "two audiences": {"aud": [CLIENT, "another"]},
    "two audiences, meant for the other": {"aud": [CLIENT, "another"], "azp": "another"},
    "another issuer": {"iss": "https://evil.example.com"},
    "no issuer": {"iss": None},
    "over": {"exp": NOW.timestamp() - 61},
    "not begun": {"nbf": NOW.timestamp() + 61},
    "made tomorrow": {"iat": NOW.timestamp() + 86_400},
    "times that are none": {"exp": "tomorrow"},
    "a time that is none": {"exp": True},
    "no end": {"exp": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 1},
    "a subject of any length": {"sub": "x" * 301},
    "a subject that no store keeps": {"sub": "a\x00"},
    "half a character": {"sub": "\ud800"},
}


@pytest.mark.parametrize("change", STRANGE.values(), ids=STRANGE)
async def test_a_token_that_was_not_made_for_this_sign_in_vouches_for_nobody(
    asked: Provider, elsewhere: LocalProvider, change: Change
) -> None:
    elsewhere.alters = lambda claims: {name: value for name, value in {**claims, **change}.items() if value is not None}

    with pytest.raises(ProviderRefused, match="broken"):
        await finish(asked, elsewhere)


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, "", "none", {"kid": "first"})


def by_our_secret(claims: Claims) -> str:
    return jwt.encode(claims, SECRET.ljust(64), "HS256", {"kid": "first"})


def by_the_public_key(claims: Claims) -> str:
    return jwt.encode(claims, RSA["n"], "HS256", {"kid": "first"})


def by_another_key(claims: Claims) -> str:
    return jwt.encode(claims, jwt.PyJWK(EC, "ES256"), "ES256", {"kid": "first"})


def by_nobody(claims: Claims) -> str:
    return jwt.encode(claims, jwt.PyJWK(RSA, "RS256"), "RS256", {"kid": "nobody"})


def by_its_own_key(claims: Claims) -> str:
    own = {name: EC[name] for name in ("kty", "crv", "x", "y")}
    return jwt.encode(claims, jwt.PyJWK(EC, "ES256"), "ES256", {"jwk": own})


def cut(claims: Claims) -> str:
    return jwt.encode(claims, jwt.PyJWK(RSA, "RS256"), "RS256", {"kid": "first"})[:-4]


@pytest.mark.parametrize(
    "seals",
    [unsigned, by_our_secret, by_the_public_key, by_another_key, by_nobody, by_its_own_key, cut],
)
async def test_a_token_that_the_provider_did_not_sign_vouches_for_nobody(
    asked: Provider, elsewhere: LocalProvider, seals: Callable[[Claims], Any]
) -> None:
    elsewhere.seals = seals

    with pytest.raises(ProviderRefused, match="broken"):
        await finish(asked, elsewhere)


@pytest.mark.parametrize("said", ["", "a.b.c", "ÿ.ÿ.ÿ", "\ud800", None, 3, {}])
async def test_what_is_no_token_vouches_for_nobody(asked: Provider, elsewhere: LocalProvider, said: Any) -> None:
    elsewhere.seals = lambda _: said

    with pytest.raises(ProviderRefused, match="broken"):
        await finish(asked, elsewhere)


async def test_a_token_for_several_is_ours_if_it_was_made_for_us(asked: Provider, elsewhere: LocalProvider) -> None:
    elsewhere.alters = lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": CLIENT}

    assert (await finish(asked, elsewhere)).subject == "acc-1"


async def test_what_is_told_beside_the_token_is_of_the_same_account(asked: Provider, elsewhere: LocalProvider) -> None:
    elsewhere.tells = lambda name: name == "name"
    vouched = await finish(asked, elsewhere)
    elsewhere.alters = lambda claims: {**claims, "sub": "acc-2"}

    assert vouched.email == "anna@example.com"
    with pytest.raises(ProviderRefused, match="broken"):
        await asked.finish(OURS, "code-1", BACK)


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example.com"},
        {"authorization_endpoint": "http://10.0.0.1/authorize"},
        {"token_endpoint": None},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": 3},
    ],
)
async def test_a_provider_that_is_not_as_it_should_be_counts_as_down(
    asked: Provider, elsewhere: LocalProvider, about: Change
) -> None:
    elsewhere.about = about

    with pytest.raises(ProviderDown):
        await finish(asked, elsewhere)


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    asked: Provider, elsewhere: LocalProvider
) -> None:
    elsewhere.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert (await finish(asked, elsewhere)).subject == "acc-1"
