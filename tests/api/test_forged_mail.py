"""Requests that pretend to bring mail: whatever is not as it was signed is refused, and nothing counts twice."""

from collections.abc import Sequence

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.database import Database
from tests.api.test_inbound import KEY, MAIL, SECOND, Post, counted, posted, send

HEADERS, _ = posted()
SIGNATURE = HEADERS["webhook-signature"]
AT_ONCE = 4  # forgeries of one example
EXAMPLES = max(50, settings().max_examples // AT_ONCE)
STALE = 301  # seconds: the first that are too many
LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


def others(name: str, values: st.SearchStrategy[str] | Sequence[str]) -> st.SearchStrategy[Post]:
    """Give a good request another header."""
    chosen = values if isinstance(values, st.SearchStrategy) else st.sampled_from(values)
    return chosen.filter(lambda value: value != HEADERS[name]).map(lambda value: ({**HEADERS, name: value}, MAIL))


def without(names: set[str]) -> Post:
    return {name: value for name, value in HEADERS.items() if name not in names}, MAIL


def altered(body: bytes) -> Post:
    return HEADERS, body


def replaced(text: str, at: int, by: str) -> str:
    return text[:at] + by + text[at + 1 :]


def moved() -> Post:
    """Move the border between id and time, which leaves what was signed as it was."""
    headers, body = posted(f"{SECOND}.".encode() + MAIL)
    return {**headers, "webhook-id": f"evt_1.{SECOND}"}, body.partition(b".")[2]


IDS = ["evt_1.", "evt_1.1", "evt_11", "EVT_1", "evt_", ""]
TIMES = [f"{SECOND}.0", f"+{SECOND}", f"0{SECOND}", f"{SECOND}e0", "nan", "-1", ""]
SIGNATURES = ["", "v1,", "v1", ",", f"v2{SIGNATURE[2:]}", SIGNATURE[3:], SIGNATURE.upper(), SIGNATURE.rstrip("=")]
PLACES = st.integers(0, len(MAIL) - 1)
FORGED = st.one_of(
    others("webhook-id", LETTERS),
    others("webhook-id", IDS),
    others("webhook-timestamp", LETTERS),
    others("webhook-timestamp", TIMES),
    others("webhook-timestamp", st.integers(SECOND - STALE, SECOND + STALE).map(str)),
    others("webhook-signature", LETTERS.map("v1,{}".format)),
    others("webhook-signature", SIGNATURES),
    others("webhook-signature", st.integers(3, len(SIGNATURE) - 1).map(lambda at: replaced(SIGNATURE, at, "~"))),
    st.sets(st.sampled_from(sorted(HEADERS.keys() - {"Content-Type"})), min_size=1).map(without),
    st.binary(max_size=200).map(altered),
    PLACES.map(lambda at: altered(MAIL[:at])),
    PLACES.map(lambda at: altered(MAIL[:at] + b" " + MAIL[at:])),
    PLACES.map(lambda at: altered(MAIL[:at] + bytes([MAIL[at] ^ 1]) + MAIL[at + 1 :])),
    st.integers(STALE, 10**9).map(lambda ago: posted(seconds=SECOND - ago)),
    st.integers(STALE, 10**9).map(lambda ahead: posted(seconds=SECOND + ahead)),
    st.binary(min_size=24, max_size=64).filter(lambda key: key != KEY).map(lambda key: posted(key=key)),
    st.builds(moved),
)
REPLAYED = st.builds(
    posted, id=st.sampled_from(["evt_1", "evt_2"]), seconds=st.integers(SECOND - STALE + 1, SECOND + STALE - 1)
)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FORGED, REPLAYED), min_size=AT_ONCE, max_size=AT_ONCE))
async def test_nothing_forged_altered_or_stale_is_taken_and_nothing_replayed_counts_twice(
    client: httpx.AsyncClient, database: Database, posts: list[tuple[Post, Post]]
) -> None:
    first = await send(client, posted())

    for forged, replayed in posts:
        assert (await send(client, forged)).status_code == 401
        assert (await send(client, replayed)).json() == first.json()

    assert await counted(database) == (1, 1)
