"""Customers who talk from a brand's own site: whoever their brand signed for, or whoever began to talk.

Both are customers. One who proved nothing is known by an id of ours, which only their own token stands for.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.access import customer_secrets, visitors
from desk import audit, brands, customers
from desk.access import tokens
from desk.audit import OPERATOR, Entry
from desk.errors import ProofRefused
from domain.ids import BrandId, CustomerId, new

MARK = "dhv"
ANONYMOUS = "anonymous"  # no brand may sign for such a one
PROVEN_FOR = timedelta(days=1)
UNPROVEN_FOR = timedelta(days=30)
LONGEST_PROOF = timedelta(days=1)
LONGEST_NAME = 300
ALGORITHM = "HS256"
SLACK = timedelta(seconds=30)  # how far the clocks of two machines may be apart


@dataclass(frozen=True)
class Visitor:
    """A customer in a session of theirs; `proven` where their brand signed for who they are."""

    id: str
    brand: BrandId
    customer: CustomerId
    proven: bool


class Visitors:
    """The sessions of customers, on one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open(self, brand: BrandId, proof: str | None, now: datetime) -> tuple[str, datetime]:
        """Return the token of a new session and until when it holds.

        `proof` is a JSON Web Token that the brand's backend signed: `sub` is the customer's id, `exp` at most a day
        ahead, `name` and `email` where known. Raises UnknownBrand, or ProofRefused when it proves nothing.
        """
        async with self._engine.begin() as connection:
            await brands.require(connection, brand)
            await connection.execute(delete(visitors).where(visitors.c.expires_at <= now))
            if proof is None:
                customer, until = CustomerId(new(ANONYMOUS)), now + UNPROVEN_FOR
                await customers.meet(connection, brand, customer, now)
            else:
                customer, until = await self._prove(connection, brand, proof, now), now + PROVEN_FOR
            token = tokens.invent(MARK)
            row = {"id": new("vis"), "hash": tokens.hashed(token), "brand": brand, "customer": customer}
            await connection.execute(insert(visitors).values(**row, proven=proof is not None, expires_at=until))
            return token, until

    async def check(self, token: str, now: datetime) -> Visitor | None:
        """Return whose token this is, None when it does not hold."""
        chosen = select(visitors).where(visitors.c.hash == tokens.hashed(token), visitors.c.expires_at > now)
        async with self._engine.connect() as connection:
            row = (await connection.execute(chosen)).one_or_none()
        return Visitor(row.id, row.brand, row.customer, row.proven) if row else None

    async def make_secret(self, brand: BrandId, now: datetime, by: str = OPERATOR) -> str:
        """Return a new secret for a brand's backend to sign with; what the one before signed proves nothing any more.

        Raises UnknownBrand.
        """
        secret = secrets.token_urlsafe(48)
        async with self._engine.begin() as connection:
            await brands.require(connection, brand)
            row = {"secret": secret, "created_at": now}
            made = insert(customer_secrets).values(brand=brand, **row)
            await connection.execute(made.on_conflict_do_update(index_elements=["brand"], set_=row))
            await audit.record(connection, Entry("customer_secret_made", brand, brand, by), now)
        return secret

    async def _prove(self, connection: AsyncConnection, brand: BrandId, proof: str, now: datetime) -> CustomerId:
        chosen = select(customer_secrets.c.secret).where(customer_secrets.c.brand == brand)
        secret = (await connection.execute(chosen)).scalar_one_or_none()
        if secret is None:
            raise ProofRefused(f"nobody signs for brand {brand!r}: `deskhand brands secret {brand}` makes what signs")
        told = _told(proof, secret, now)
        customer = CustomerId(told["sub"])
        await customers.meet(connection, brand, customer, now)
        known = {name: told[name] for name in ("name", "email") if told.get(name)}
        await customers.change(connection, brand, customer, customers.Profile(**known))  # type: ignore[typeddict-item]
        return customer


def _told(proof: str, secret: str, now: datetime) -> dict[str, str]:
    """Return the claims of a proof.

    Raises ProofRefused; the time is the caller's, so it is compared here.
    """
    free = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["sub", "exp"]}
    try:
        claims = jwt.decode(proof, secret, algorithms=[ALGORITHM], options=free)  # type: ignore[arg-type]
        until = datetime.fromtimestamp(int(claims["exp"]), now.tzinfo)
        since = datetime.fromtimestamp(int(claims.get("nbf", 0)), now.tzinfo)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
        raise ProofRefused(f"the token proves nothing: sign it with {ALGORITHM} and give it `sub` and `exp`") from error
    if not now - SLACK < until <= now + LONGEST_PROOF + SLACK or since > now + SLACK:
        raise ProofRefused("the token is over, not begun, or holds for more than a day: let `exp` be minutes ahead")
    told = {name: claims[name] for name in ("sub", "name", "email") if claims.get(name) is not None}
    if any(not isinstance(value, str) or "\x00" in value or len(value) > LONGEST_NAME for value in told.values()):
        raise ProofRefused(f"`sub`, `name` and `email` are texts of at most {LONGEST_NAME} characters")
    if not told["sub"].strip() or told["sub"].startswith(f"{ANONYMOUS}_"):
        raise ProofRefused(f"`sub` is no id of a customer: it is empty or begins with '{ANONYMOUS}_'")
    return told
