"""Policy as it is shown and changed: pages by name, and who changed them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from api.inputs import Input, Storable
from api.outputs import Output
from desk.policies import Policies, Version
from prompts import policy as pages
from prompts.policy import FILES

LONGEST_PAGE = 200_000  # characters
PageText = Annotated[Storable, Field(max_length=LONGEST_PAGE)]


class PolicyEdit(Input):
    """New texts for some of the brand's pages."""

    pages: dict[str, PageText | None] = Field(
        min_length=1,
        description=f"Texts by page; a page left out stays as it is, null brings back the usual one. The pages are "
        f"{', '.join(FILES)}.",
        examples=[{"brand.yaml": "name: Fernway\nlink_hosts: [status.fernway.example]\n"}],
    )
    note: Annotated[Storable, Field(max_length=1000)] = Field(
        default="", description="Why, for whoever reads the history.", examples=["Link to the status page"]
    )
    after: int | None = Field(
        default=None,
        ge=0,
        description="The number of the version that was edited: the edit is refused when another one holds by now.",
        examples=[3],
    )


class PolicyVersion(Output):
    """A change of the brand's pages; `changed` names what it was about, `own` every page that is not the usual one."""

    number: int
    changed: list[str]
    own: list[str]
    written_by: str
    note: str
    created_at: datetime | None = Field(description="Null for number 0, the usual pages.")

    @classmethod
    def of(cls, version: Version, **more: Any) -> Self:
        """Return a version as it is shown."""
        return cls(
            number=version.number,
            changed=list(version.changed),
            own=[name for name in FILES if name in version.texts],
            written_by=version.written_by,
            note=version.note,
            created_at=version.created_at,
            **more,
        )


class WholePolicy(PolicyVersion):
    """A version with all its pages; `hash` is what decisions call `policy` in their `versions`."""

    hash: str
    pages: dict[str, str]
    fault: str | None = Field(
        description="Why these pages no longer fit, as may be after an update, so that the usual ones hold instead."
    )

    @classmethod
    def whole(cls, version: Version, policies: Policies) -> Self:
        """Return a version with its pages."""
        texts = policies.pages(version)
        return cls.of(version, hash=pages.digest(texts), pages=texts, fault=policies.fault(version))


class PolicyVersions(Output):
    """Versions, the newest first; `next` is the `before` of the page that follows, null on the last."""

    versions: list[PolicyVersion]
    next: int | None


POLICY_VERSION: dict[str, Any] = {
    "number": 4,
    "changed": ["brand.yaml"],
    "own": ["brand.yaml", "clocks.yaml"],
    "written_by": "key_5b7c",
    "note": "Link to the status page",
    "created_at": "2026-05-04T09:00:00Z",
}
POLICY_VERSIONS: dict[str, Any] = {"versions": [POLICY_VERSION], "next": None}
POLICY: dict[str, Any] = {
    **POLICY_VERSION,
    "hash": "3f9a1c0b77de",
    "pages": {"brand.yaml": "name: Fernway\nlink_hosts: [status.fernway.example]\n"},
    "fault": None,
}
