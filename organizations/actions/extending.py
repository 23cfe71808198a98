"""More time, where access ends on a set day: asked for, granted, refused."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError

from audit.actions import current_act
from audit.actors import Actor
from organizations import events, policies
from organizations.actions.answering_requests import answer
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.ending import set_end
from organizations.actions.members import reactivate
from organizations.actions.outcome import Outcome
from organizations.actions.people import record_of, reloaded
from organizations.emails import extending as emails
from organizations.models import Extension, ExtensionStatus, Membership, MembershipStatus, Organization


@action
def ask_for_more_time(*, actor: Actor, membership: Membership) -> Extension:
    """A person asks that their access end later; whoever may extend it is told. Asking twice changes nothing.

    It is open to them shortly after the end, too. Raises PermissionDenied.
    """
    act = current_act()
    organization = locked(membership.organization_id)
    found = _reloaded(organization, membership)
    if actor.id == found.user_id and not act.users[found.user_id].is_active:
        message = "This account is not active."
        raise PermissionDenied(message)
    policies.may_ask_for_more_time(actor, found, act.now).enforce()
    ends_at = found.ends_at or act.now  # whoever has no end was refused
    earlier = organization.extensions.filter(membership=found, ended_then=ends_at).order_by("-id").first()
    if earlier is not None:
        policies.may_ask_again(earlier).enforce()
    if earlier is not None and earlier.status == ExtensionStatus.PENDING:
        return earlier
    # One that waits still is asked of the end as it is now; of one that was granted, the end was set back since.
    extension = organization.extensions.filter(membership=found, status=ExtensionStatus.PENDING).first()
    extension = extension or Extension(organization=organization, membership=found)
    extension.asked_at, extension.ended_then = act.now, ends_at
    extension.save()
    record_of(events.EXTENSION_ASKED, actor, found, before={"ends_at": str(ends_at)})
    emails.send_asked(extension)
    return extension


@action
def grant(*, actor: Actor, membership: Membership, extension: Extension, ends_at: datetime | None) -> Membership:
    """Let the person's access end at that later time, or with None not at all; what lapsed is given back.

    Raises ValidationError (`gone`, `answered`, `earlier`, `deactivated`, `past`, `no_seat`) and PermissionDenied.
    """
    act = current_act()
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    found = _reloaded(organization, membership)
    request = _open_request(organization, found, extension, actor)
    policies.may_end_later(found, ends_at, act.now).demand()
    if found.ends_at and request.ended_then != found.ends_at:  # the end was moved since, and this is more than it is
        request.ended_then = found.ends_at
        request.save(update_fields=["ended_then"])
    lapsed = found.status == MembershipStatus.DEACTIVATED
    _all_of(set_end(actor=actor, organization=organization, memberships=[found], ends_at=ends_at))
    if lapsed:
        _all_of(reactivate(actor=actor, organization=organization, memberships=[found]))
    return _reloaded(organization, found)


@action
def refuse(*, actor: Actor, membership: Membership, extension: Extension) -> None:
    """Leave the end of access as it is. Raises ValidationError (`gone`, `answered`) and PermissionDenied."""
    organization = locked(membership.organization_id)
    actor = as_of_now(actor, organization)
    found = _reloaded(organization, membership)
    answer(_open_request(organization, found, extension, actor), ExtensionStatus.REFUSED, found, actor=actor)


def _open_request(organization: Organization, membership: Membership, extension: Extension, actor: Actor) -> Extension:
    """The request as it stands under the lock, which this actor may answer and nobody has."""
    found = organization.extensions.filter(pk=extension.pk, membership=membership).first()
    if found is None:
        message = "This request no longer exists."
        raise ValidationError(message, code="gone")
    policies.may_answer_extension(actor, membership).enforce()
    policies.is_unanswered(found, membership).demand()
    return found


def _reloaded(organization: Organization, membership: Membership) -> Membership:
    people = reloaded(organization, [membership])
    policies.still_here(people).demand()
    return people[0]


def _all_of(outcome: Outcome[Membership]) -> None:
    """Whoever was passed over takes all of it back."""
    for passed in outcome.passed_over:
        raise ValidationError(passed.reason, code=passed.code)
