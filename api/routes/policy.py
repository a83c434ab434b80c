"""Read, change and bring back a brand's policy; a change holds from the next customer's turn on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.ports import Services, services
from api.shapes import policy as shapes
from api.shapes.policy import PolicyEdit, PolicyVersion, PolicyVersions, WholePolicy
from desk.policies import Change
from prompts.policy import PolicyError

router = APIRouter(tags=["policy"])

Lead = Annotated[Access, Depends(access("policy"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Number = Annotated[int, Path(ge=0, lt=2**31 - 1, examples=[3])]


@router.get("/v1/policy", summary="Read the policy", responses=examples.answers(200, shapes.POLICY))
async def read_policy(caller: Lead, house: House) -> WholePolicy:
    """Return the pages in force, each as text, with the number of their version."""
    return WholePolicy.whole(await house.policies.version(caller.brand), house.policies)


@router.put(
    "/v1/policy",
    summary="Change the policy",
    responses=examples.answers(200, shapes.POLICY_VERSION) | problems.may_end_in(problems.Settled),
)
async def change_policy(edit: PolicyEdit, caller: Lead, house: House, answer: Answering) -> PolicyVersion:
    """Put pages in force and return the new version, or the one in force where nothing differs.

    All pages are tried together first: where one does not fit, nothing changes and the problem names page and place.
    """
    return await answer(PolicyVersion, lambda: _change(edit, caller, house))


@router.get(
    "/v1/policy/versions",
    summary="List its versions",
    responses=examples.answers(200, shapes.POLICY_VERSIONS),
)
async def list_policy_versions(
    caller: Lead,
    house: House,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="`next` of the page before.")] = None,
) -> PolicyVersions:
    """Return who changed which pages, when and why, the newest first."""
    found = await house.policies.history(caller.brand, before, limit + 1)
    shown = [PolicyVersion.of(version) for version in found[:limit]]
    return PolicyVersions(versions=shown, next=shown[-1].number if len(found) > limit else None)


@router.get(
    "/v1/policy/versions/{number}",
    summary="Read a version",
    responses=examples.answers(200, shapes.POLICY) | problems.may_end_in(problems.Unknown),
)
async def read_policy_version(number: Number, caller: Lead, house: House) -> WholePolicy:
    """Return the pages of a version, 0 for the usual ones."""
    return WholePolicy.whole(await house.policies.version(caller.brand, number), house.policies)


@router.post(
    "/v1/policy/versions/{number}/restore",
    summary="Bring a version back",
    responses=examples.answers(200, shapes.POLICY_VERSION) | problems.may_end_in(problems.Unknown),
)
async def restore_policy(number: Number, caller: Lead, house: House, answer: Answering) -> PolicyVersion:
    """Put the pages of a version in force again, 0 for the usual ones, as a version of its own."""
    return await answer(PolicyVersion, lambda: _restore(number, caller, house))


async def _change(edit: PolicyEdit, caller: Access, house: Services) -> PolicyVersion:
    change = Change(edit.pages, caller.caller, edit.note, edit.after)
    try:
        version = await house.policies.put(caller.brand, change, house.context.now())
    except PolicyError as error:
        raise _misfit(error) from error
    await house.ports(caller.brand)  # so that no customer waits until it is learned
    return PolicyVersion.of(version)


async def _restore(number: int, caller: Access, house: Services) -> PolicyVersion:
    note = f"version {number} again"
    try:
        version = await house.policies.restore(caller.brand, number, caller.caller, note, house.context.now())
    except PolicyError as error:
        raise _misfit(error) from error
    await house.ports(caller.brand)
    return PolicyVersion.of(version)


def _misfit(error: PolicyError) -> problems.Invalid:
    place = f"body.pages.{error.page}" if error.page else "body.pages"
    return problems.Invalid(f"Nothing was changed: {error}.", [problems.Fault(place=place, message=f"{error}.")])
