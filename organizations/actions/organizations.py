"""Creating an organization, and writing down what has lapsed in it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from audit.recording import record
from organizations import events
from organizations.actions.base import action, locked, settling_action
from organizations.actions.members import admit
from organizations.actions.settling import settle
from organizations.models import RESERVED_SLUGS, Membership, MembershipSource, Organization, Role
from organizations.schemes import load_schemes

CHUNK = 500


@action
def create_organization(*, actor: Actor, user: User, name: str, slug: str, scheme: str) -> Membership:
    """Create an organization; its creator holds the role that owns. Answers their membership.

    Raises ValidationError (`slug_taken`, `slug_reserved`, `unknown_scheme`, or a field's own).
    """
    act = current_act()
    if actor.id != user.pk or not act.users[user.pk].is_active:
        message = "An organization is created by the person who will own it."
        raise PermissionDenied(message)
    if scheme not in load_schemes():
        raise ValidationError({"scheme": ValidationError("Choose a role scheme from the list.", code="unknown_scheme")})
    if slug in RESERVED_SLUGS:
        raise ValidationError({"slug": ValidationError("Roster uses this address itself.", code="slug_reserved")})
    organization = Organization(name=name, slug=slug, scheme=scheme, created_at=act.now)
    organization.clean_fields()
    try:
        with transaction.atomic():
            organization.save(force_insert=True)
    except IntegrityError as taken:
        message = "Another organization has this address. Choose another one."
        raise ValidationError({"slug": ValidationError(message, code="slug_taken")}) from taken
    act.organizations[organization.pk] = organization
    role = Role.objects.of(organization).get(key=organization.rules.owner_key)
    record(
        events.ORGANIZATION_CREATED,
        actor=actor,
        chain=organization.pk,
        target_id=organization.pk,
        target_label=organization.name,
        after={"name": name, "slug": slug, "scheme": scheme},
    )
    return admit(organization, act.users[user.pk], role, source=MembershipSource.FOUNDED, actor=actor, ends_at=None)


@settling_action
def settle_lapsed(*, actor: Actor, organization: Organization, batch: UUID) -> bool:
    """Write down what has lapsed here, one chunk of it. Answers whether there is more."""
    act = current_act()
    organization = locked(organization)
    if organization.settles_at is None or organization.settles_at > act.now:
        return False
    act.batch = batch
    settle(organization, at=act.now, limit=CHUNK)
    return organization.settles_at is not None and organization.settles_at <= act.now
