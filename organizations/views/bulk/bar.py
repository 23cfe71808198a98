"""The bar below a table of people: what may be done with those who are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from audit.actors import Actor
from organizations.bulk.deeds import DEEDS
from organizations.models import Organization
from organizations.policies import holds


@dataclass(frozen=True)
class Bar:
    """For `components/bulk_bar.html`. `query` are the table's filters, `here` its address to come back to.

    `key` keeps what is ticked in one table apart from another's. `matching` is how many match, where the page knows it.
    """

    label: str
    key: str
    action: str
    deeds: Sequence[Any]
    query: str
    here: str
    matching: int | None


def build_bar(organization: Organization, actor: Actor, *, query: str, here: str, matching: int | None) -> Bar | None:
    """None for whoever may do nothing with several people."""
    deeds = [deed for deed in DEEDS if holds(actor, deed.permission)]
    action = reverse("organizations:bulk", args=[organization.slug])
    return Bar("Selected people", str(organization.pk), action, deeds, query, here, matching) if deeds else None
