"""Make, list and revoke the keys of a brand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, KeyRequest
from api.outputs import Deleted, Keys, NewKey, ShownKey
from api.ports import Services, services
from desk.errors import UnknownKey

router = APIRouter(tags=["keys"])

Holder = Annotated[Access, Depends(access("keys"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]


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
async def revoke_key(
    key: Annotated[Id, Path(examples=["key_5b7c"])], caller: Holder, house: House, answer: Answering
) -> Deleted:
    """Revoke a key; it stops working at once."""
    return await answer(Deleted, lambda: _revoke(house, caller, key))


async def _make(house: Services, caller: Access, wanted: KeyRequest) -> NewKey:
    record, secret = await house.desk.create_key(
        caller.brand, wanted.name, wanted.scopes, house.context.now(), wanted.expires_at
    )
    return NewKey.model_validate(record, from_attributes=True).model_copy(update={"secret": secret})


async def _revoke(house: Services, caller: Access, key: str) -> Deleted:
    try:
        record = await house.desk.revoke_key(key, house.context.now(), caller.brand)
    except UnknownKey as error:
        raise problems.Unknown("There is no such key in this brand; GET /v1/keys lists those there are.") from error
    return Deleted(id=record.id, state="revoked")
