"""Customers: what is known of them."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id
from api.ports import Services, services
from api.shapes import customers as shapes
from api.shapes.customers import ShownCustomer, Telling
from desk.customers import Profile
from domain.ids import CustomerId

router = APIRouter(tags=["tickets"])

Worker = Annotated[Access, Depends(access("tickets"))]
House = Annotated[Services, Depends(services)]
Named = Annotated[Id, Path(description="Your id of the customer.", examples=["cus_81"])]


@router.get(
    "/v1/customers/{customer}",
    summary="Read a customer",
    responses=examples.answers(200, shapes.CUSTOMER) | problems.may_end_in(problems.Unknown),
)
async def get_customer(customer: Named, caller: Worker, house: House) -> ShownCustomer:
    """Return what is known of a customer."""
    return ShownCustomer.of(await house.doors.workspace.customer(caller.brand, CustomerId(customer)))


@router.patch(
    "/v1/customers/{customer}", summary="Tell of a customer", responses=examples.answers(200, shapes.CUSTOMER)
)
async def describe_customer(
    customer: Named, said: Telling, caller: Worker, house: House, answer: Annotated[Once, Depends(once)]
) -> ShownCustomer:
    """Keep what is told of a customer, whom nobody need know before; clocks of their tickets follow the tier."""

    async def describe() -> ShownCustomer:
        profile = cast(Profile, said.model_dump(exclude_unset=True))
        now = house.context.now()
        return ShownCustomer.of(await house.doors.workspace.describe(caller.brand, CustomerId(customer), profile, now))

    return await answer(ShownCustomer, describe)
