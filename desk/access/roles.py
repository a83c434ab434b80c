"""Roles: what each kind of teammate may do, in the scopes that keys have too."""

from dataclasses import dataclass
from typing import Literal, get_args

from desk.keys import Scope

Role = Literal["teammate", "lead", "qa", "admin", "read_only"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Rights:
    """What a role may do, and what it may read without changing anything."""

    does: frozenset[Scope]
    reads: frozenset[Scope] = frozenset()


RIGHTS: dict[Role, Rights] = {
    "teammate": Rights(frozenset({"search", "drafts", "tickets"}), frozenset({"articles", "staff"})),
    "lead": Rights(
        frozenset({"search", "drafts", "tickets", "articles", "evals", "insights", "staff", "policy"}),
        frozenset({"keys", "webhooks"}),
    ),
    "qa": Rights(
        frozenset({"search", "drafts", "evals", "insights"}), frozenset({"tickets", "articles", "staff", "policy"})
    ),
    "admin": Rights(frozenset({"admin"})),
    "read_only": Rights(
        frozenset({"search"}), frozenset({"tickets", "articles", "evals", "insights", "staff", "policy"})
    ),
}
