"""Make, list and revoke the keys of a brand."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, KeyRequest, Rotation
from api.outputs import Deleted, Keys, NewKey, ShownKey
from api.ports import Services, services
from desk.errors import UnknownKey

router = APIRouter(tags=["keys"])

Holder = Annotated[Access, Depends(access("keys"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The key's id or prefix.", examples=["key_5b7c"])]


@router.get("/v1/keys", summary="List the keys", responses=examples.answers(200, examples.KEYS))
async def list_keys(caller: Holder, house: House) -> Keys:
    """Return the brand's keys, without their secrets."""
    records = await house.desk.keys(caller.brand)
    return Keys(keys=[ShownKey.model_validate(record, from_attributes=True) for record in records])


@router.post("/v1/keys", summary="Make a key", status_code=201, responses=examples.answers(201, examples.NEW_KEY))
async def make_key(wanted: KeyRequest, caller: Holder, house: House, answer: Answering) -> NewKey:
    """Return a new key with its secret, which is shown this once: Deskhand keeps its hash only.

    A key can give no scope that it does not hold itself.
    """
    beyond = [scope for scope in wanted.scopes if not caller.allows(scope)]
    if beyond:
        raise problems.Forbidden(f"Your key does not hold {beyond!r}, so it cannot give them; use one with 'admin'.")
    return await answer(NewKey, lambda: _make(house, caller, wanted), unkept=frozenset({"secret"}))


@router.delete(
    "/v1/keys/{key}",
    summary="Revoke a key",
    responses=examples.answers(200, examples.REVOKED) | problems.may_end_in(problems.Unknown),
)
async def revoke_key(key: Named, caller: Holder, house: House, answer: Answering) -> Deleted:
    """Revoke a key; it stops working at once."""
    return await answer(Deleted, lambda: _revoke(house, caller, key))


@router.post(
    "/v1/keys/{key}/rotation",
    summary="Replace a key",
    status_code=201,
    responses=examples.answers(201, examples.NEW_KEY) | problems.may_end_in(problems.Unknown),
)
async def rotate_key(key: Named, wanted: Rotation, caller: Holder, house: House, answer: Answering) -> NewKey:
    """Return a key that may what this one may, with its secret; the old one holds for the overlap, and no longer.

    A key can replace none that may more than itself.
    """
    return await answer(NewKey, lambda: _rotate(house, caller, key, wanted), unkept=frozenset({"secret"}))


async def _rotate(house: Services, caller: Access, key: str, wanted: Rotation) -> NewKey:
    known = [record for record in await house.desk.keys(caller.brand) if key in (record.id, record.prefix)]
    if any(not caller.allows(scope) for record in known for scope in record.scopes):
        raise problems.Forbidden("That key may more than yours; use one with 'admin'.")
    overlap, now = timedelta(hours=wanted.overlap_hours), house.context.now()
    try:
        record, secret = await house.doors.keys.rotate(key, overlap, caller.caller, now, caller.brand)
    except UnknownKey as error:
        raise _unknown() from error
    return NewKey.model_validate(record, from_attributes=True).model_copy(update={"secret": secret})


async def _make(house: Services, caller: Access, wanted: KeyRequest) -> NewKey:
    record, secret = await house.doors.keys.create(
        caller.brand, wanted.name, wanted.scopes, caller.caller, house.context.now(), wanted.expires_at
    )
    return NewKey.model_validate(record, from_attributes=True).model_copy(update={"secret": secret})


async def _revoke(house: Services, caller: Access, key: str) -> Deleted:
    try:
        record = await house.doors.keys.revoke(key, caller.caller, house.context.now(), caller.brand)
    except UnknownKey as error:
        raise _unknown() from error
    return Deleted(id=record.id, state="revoked")


def _unknown() -> problems.Unknown:
    return problems.Unknown("There is no such key in this brand; GET /v1/keys lists those there are.")
