"""The bar below a table of people: what may be done with those who are ticked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audit.actors import Actor
from organizations.bulk.deed import Deed
from organizations.bulk.deeds import DEEDS
from organizations.models import Organization
from organizations.policies import holds


@dataclass(frozen=True)
class Bar:
    """For `organizations/bulk_bar.html`. `query` are the table's filters, `here` its address to come back to.

    `matching` is how many people match, where the page knows it.
    """

    organization: Organization
    deeds: list[Deed[Any]]
    query: str
    here: str
    matching: int | None


def build_bar(organization: Organization, actor: Actor, *, query: str, here: str, matching: int | None) -> Bar | None:
    """None for whoever may do nothing with several people."""
    deeds = [deed for deed in DEEDS if holds(actor, deed.permission)]
    return Bar(organization, deeds, query, here, matching) if deeds else None
