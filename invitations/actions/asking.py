"""Asking to join, taking that back, and what those who may answer say."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from invitations import join_emails as emails
from invitations import join_events as events
from invitations import policies
from invitations.actions.joining import open_way_of, record_request
from invitations.actions.openers import comer, opener_of, proven_domains, themself
from invitations.models import MESSAGE_LENGTH, REASON_LENGTH, JoinRequest, JoinStatus, WayKind
from invitations.notes import problem_of
from organizations.actions.base import action, as_of_now, locked
from organizations.actions.members import admit
from organizations.actions.people import role_of
from organizations.models import Membership, MembershipSource, Organization, Role


@action
def ask_to_join(*, actor: Actor, user: User, organization: Organization, kind: WayKind, message: str) -> JoinRequest:
    """The person asks; whoever may answer is told. Asking twice changes nothing.

    Raises ValidationError with the sentence and code of the policy that says no (of the field `message` where the
    message cannot be sent), and PermissionDenied.
    """
    act = current_act()
    themself(actor, user)
    organization = locked(organization)
    person = comer(organization, act.users[user.pk])
    way = open_way_of(organization, kind)
    policies.fits_way(way, person, proven_domains(organization, person)).demand()
    policies.may_come(organization, person).demand()
    earlier = organization.join_requests.filter(user=user)
    refused = earlier.filter(status=JoinStatus.REFUSED).order_by("-answered_at").first()
    policies.may_ask(way, refused.answered_at if refused else None, act.now).demand()
    policies.stands(way, opener_of(way)).demand()
    message = _plain(message, "message", MESSAGE_LENGTH)
    asked = earlier.open().first()
    if asked is not None and asked.status == JoinStatus.PENDING:
        return asked
    # Who waited for a seat at a way that is closed by now asks instead.
    asked = asked or JoinRequest(organization=organization, user=user)
    asked.organization, asked.user = organization, act.users[user.pk]
    asked.status, asked.via, asked.link = JoinStatus.PENDING, kind, None
    asked.message, asked.asked_at, asked.told_at = message, act.now, None
    asked.save()
    record_request(events.ASKED, actor, asked, after={"via": kind.value})
    emails.send_asked(asked)
    return asked


@action
def withdraw_request(*, actor: Actor, user: User, asked: JoinRequest) -> bool:
    """The person takes it back, or waits no longer; whether it was open."""
    themself(actor, user)
    organization = locked(asked.organization_id)
    found = organization.join_requests.open().select_related("user").filter(pk=asked.pk, user=user).first()
    if found is None:
        return False
    withdraw(found, actor=actor)
    return True


def withdraw(asked: JoinRequest, *, actor: Actor) -> None:
    """Close an open request in its person's name, with its event; for actions that have asked."""
    before = {"status": asked.status}
    _close(asked, JoinStatus.WITHDRAWN, actor=None)
    record_request(events.WITHDRAWN, actor, asked, before=before, after={"status": JoinStatus.WITHDRAWN.value})


@action
def approve_request(*, actor: Actor, user: User, asked: JoinRequest, role: Role) -> Membership:
    """Let the person in with that role, which the answerer and whoever opened the way may both give.

    `user` is the one who asked, named so that the account is locked. Raises ValidationError (`gone`, `answered`,
    `closed`, `opener`, `unknown_role`, `no_seat`, or of `policies.may_be_let_in`) and PermissionDenied.
    """
    organization = locked(asked.organization_id)
    actor = as_of_now(actor, organization)
    policies.may_answer_requests(actor).enforce()
    found = _reloaded(organization, asked, user)
    policies.is_unanswered(found).demand()
    role = role_of(organization, role)
    policies.may_let_in(actor, organization, role).enforce()
    way = open_way_of(organization, WayKind(found.via))
    policies.opener_gives(way, opener_of(way), role).demand()
    found.user = current_act().users[user.pk]
    person = comer(organization, found.user)
    policies.may_be_let_in(found, person).demand()
    if not policies.fits_way(way, person, proven_domains(organization, person)):
        message = f"{found.user.label} has no address at a proven domain any more."
        raise ValidationError(message, code="no_address")
    policies.has_seat(organization, role, person).demand()
    _close(found, JoinStatus.APPROVED, actor=actor, role=role)
    record_request(
        events.APPROVED,
        actor,
        found,
        before={"status": JoinStatus.PENDING.value},
        after={"status": JoinStatus.APPROVED.value, "role": role.label},
    )
    membership = admit(organization, found.user, role, source=MembershipSource.REQUEST, actor=actor, ends_at=None)
    emails.send_answered(found)
    return membership


@action
def refuse_request(*, actor: Actor, asked: JoinRequest, reason: str) -> None:
    """Say no, with a reason that the person reads. Raises ValidationError (`gone`, `answered`, `reason`)."""
    organization = locked(asked.organization_id)
    actor = as_of_now(actor, organization)
    policies.may_answer_requests(actor).enforce()
    found = _reloaded(organization, asked, None)
    policies.is_unanswered(found).demand()
    reason = _plain(reason, "reason", REASON_LENGTH)
    if not reason:
        raise ValidationError({"reason": ValidationError("Say why, in a sentence.", code="required")})
    found.reason = reason
    _close(found, JoinStatus.REFUSED, actor=actor)
    record_request(
        events.REFUSED,
        actor,
        found,
        before={"status": JoinStatus.PENDING.value},
        after={"status": JoinStatus.REFUSED.value},
    )
    emails.send_answered(found)


def _close(asked: JoinRequest, status: JoinStatus, *, actor: Actor | None, role: Role | None = None) -> None:
    """Write the answer down; the person's own taking back has no answerer."""
    asked.status, asked.role, asked.answered_at = status, role, current_act().now
    if actor is not None:
        asked.answered_by_id, asked.answerer_label = actor.id, actor.label
    asked.save()


def _reloaded(organization: Organization, asked: JoinRequest, user: User | None) -> JoinRequest:
    """The request as it stands under the lock, one of this organization and where named of this person only."""
    found: JoinRequest | None = organization.join_requests.select_related("user").filter(pk=asked.pk).first()
    if found is None or (user is not None and found.user_id != user.pk):
        message = "This request no longer exists."
        raise ValidationError(message, code="gone")
    found.organization = organization
    return found


def _plain(text: str, field: str, longest: int) -> str:
    """The text on one line. Raises ValidationError by field where it is too long or holds a link or what deceives."""
    if len(text) > longest:
        message = f"Use at most {longest} characters; these are {len(text):,}."
        raise ValidationError({field: ValidationError(message, code="too_long")})
    if problem := problem_of(text):
        raise ValidationError({field: ValidationError(problem, code=field)})
    return " ".join(text.split())
