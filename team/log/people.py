"""Whom or what a filter of the log names: a member, somebody who left, or a role, group or invitation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Value

from accounts.addresses import stored_or_typed
from accounts.models import User
from audit.models import Event
from organizations.models import Organization
from team.access.finding import people_by_name, person_by_address
from team.log.finding import together

LONGEST = 254


@dataclass(frozen=True)
class Someone:
    """By the id that events know them by: of the account, or of the thing."""

    id: UUID
    label: str


def someone(organization: Organization, text: str) -> Someone:
    """Whom an id, an address or a name stands for. Raises ValidationError for nobody, and for several."""
    text = text.strip()[:LONGEST]
    found = _by_id(organization, text) or (
        _by_address(organization, stored_or_typed(text)) if "@" in text else _by_name(organization, text)
    )
    if found is None:
        message = f"Nobody in {organization} goes by “{text}”. Give the whole name or address, or search for it."
        raise ValidationError(message, code="unknown_person")
    return found


def _by_id(organization: Organization, text: str) -> Someone | None:
    try:
        key = UUID(hex=text)
    except ValueError:
        return None
    if member := organization.memberships.filter(user_id=key).first():
        return Someone(key, member.label)
    return _as_the_log_says(organization, key)


def _by_address(organization: Organization, address: str) -> Someone | None:
    if member := person_by_address(organization, address):
        return Someone(member.user_id, member.label)
    # Whoever has left is found as well, but only by what they left here: of other accounts nothing is told.
    left = User.objects.filter(email=address).values_list("pk", flat=True).first()
    return _as_the_log_says(organization, left) if left else None


def _by_name(organization: Organization, name: str) -> Someone | None:
    found = people_by_name(organization, name) if name else []
    if len(found) > 1:
        message = f"Several people here are called {name}. Give the whole address."
        raise ValidationError(message, code="several")
    return Someone(found[0].user_id, found[0].label) if found else None


def _as_the_log_says(organization: Organization, key: UUID) -> Someone | None:
    """By the name that the newest event about it gives, or else by it."""
    rows = Event.objects.filter(chain_id=organization.pk).order_by("-number")
    sql, params = together(
        [
            rows.filter(target_id=key).values_list("target_label", Value(0))[:1],
            rows.filter(actor_id=key).values_list("actor_label", Value(1))[:1],
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = sorted(cursor.fetchall(), key=lambda row: row[1])
    return Someone(key, found[0][0]) if found else None
