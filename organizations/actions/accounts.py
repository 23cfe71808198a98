"""Deleting an account with all that it has in organizations, and having it forgotten who somebody was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.deleting import delete, forget_mails, known_addresses
from accounts.models import User
from audit.actions import Act, current_act, make_action
from audit.actors import Actor, ActorKind
from audit.erasing import ERASED, erase, labels_of
from audit.models import Event
from organizations import events, policies, signals
from organizations.actions.base import lock, locked, settle_due
from organizations.actions.members import take_away
from organizations.actions.people import record_of, reloaded
from organizations.models import Membership, Organization
from organizations.schemes import OwnerRule

TRIES = 3
REASON_LENGTH = 200
_PEOPLE = (ActorKind.MEMBER, ActorKind.INVITEE, ActorKind.STAFF, ActorKind.PARTNER)
_ABOUT_PEOPLE = ("account", "member", "invitation", "join_request")


def _lock_reached(act: Act, arguments: dict[str, Any], *, joining: bool) -> None:
    """Lock every organization that the person reaches, then the account, then the chains; and see that it was all.

    Between the question and the lock they can have come into another one. Then all is let go, and asked once more.
    """
    if joining:
        message = "Who goes altogether goes by an action of its own: the locks of another cannot be all that it needs."
        raise RuntimeError(message)
    user: User | None = arguments.get("user")
    person: UUID = user.pk if user else arguments["person"]
    addresses = known_addresses(person) | _invited(person) if arguments.get("forget", user is None) else set()
    for _ in range(TRIES):
        wanted = _reached(person, addresses)
        before = transaction.savepoint()
        lock(act, wanted, {person} if user else set())
        if _reached(person, addresses) <= wanted:
            transaction.savepoint_commit(before)
            settle_due(act)
            return
        transaction.savepoint_rollback(before)
        for held in (act.organizations, act.users, act.chains, act.gone):
            held.clear()
    message = "This person joins organizations at this very moment. Try again."
    raise ValidationError(message, code="meanwhile")


_action = make_action(_lock_reached)


@_action
def delete_account(*, actor: Actor, user: User, forget: bool = False, reason: str = "") -> None:
    """Delete an account: its memberships end first, as when somebody leaves. Deleting twice changes nothing.

    With `forget`, for the `reason`, nothing tells afterwards who it was. Raises PermissionDenied and ValidationError
    (`reason`, `meanwhile`).
    """
    act = current_act()
    person = act.users.get(user.pk)
    if person is None:
        return
    by_superuser = actor.id in User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    alone = left_alone(person, act.now)
    policies.may_delete_account(actor, person, alone, by_superuser=by_superuser).enforce()
    addresses: set[str] = set()
    if forget:  # in all logs, where no index helps: nobody else waits for that
        policies.may_forget(actor).enforce()
        addresses = known_addresses(person.pk)
        labels = labels_of([person.pk], _chains_that_tell_of([person.pk]))
        labels |= set(Membership.objects.filter(user=person.pk).order_by().values_list("name", flat=True))
        reason = _impersonal(reason, {person.name, *labels, *addresses})
        addresses |= _unname(person.pk)
    for membership in Membership.objects.filter(user=person.pk).order_by("organization"):
        _end(membership, actor=actor)
    signals.account_going.send(User, user=person, actor=actor)
    delete(actor, person)
    if forget:
        _forget(person.pk, addresses, actor=actor, reason=reason)


@_action
def forget_person(*, actor: Actor, person: UUID, reason: str) -> int:
    """Erase from every log who somebody was whose account is gone, or who never had one; answers from how many logs.

    `person` is the id of the account, or of an invitation. Raises PermissionDenied and ValidationError (`there`,
    `nobody`, `reason`, `meanwhile`).
    """
    policies.may_forget(actor).enforce()
    told = Event.objects.filter(
        Q(actor_id=person, actor_kind__in=_PEOPLE) | Q(target_id=person, entity__in=_ABOUT_PEOPLE)
    ).order_by()
    chains = set(told.values_list("chain_id", flat=True).distinct())
    if not chains:
        message = "The logs tell of no person by this id."
        raise ValidationError(message, code="nobody")
    invited = _invited(person)
    if User.objects.filter(pk=person).exists() or any(User.objects.with_address(one).exists() for one in invited):
        message = "This person has an account. Delete it first: whoever is here is named by what they do."
        raise ValidationError(message, code="there")
    addresses = known_addresses(person) | invited
    return _forget(person, addresses, actor=actor, reason=_impersonal(reason, addresses | labels_of([person], chains)))


def people_forgettable_in(event: Event) -> dict[UUID, str]:
    """Those whom the event names and who have no account: by id, what they are called, as far as that is left."""
    named = {event.actor_id: event.actor_label, event.target_id: event.target_label}
    here = Event.objects.filter(chain_id=event.chain_id).order_by()
    found: dict[UUID, str] = {}
    for key, label in named.items():
        if key is None or User.objects.filter(pk=key).exists():
            continue
        if any(User.objects.with_address(one).exists() for one in _invited(key, here)):
            continue
        acted = here.filter(actor_id=key, actor_kind__in=_PEOPLE).exists()
        if acted or here.filter(target_id=key, entity__in=_ABOUT_PEOPLE).exists():
            found[key] = label or ERASED
    return found


def left_alone(user: User, at: datetime) -> list[Organization]:
    """The organizations that would have nobody left who owns them without this account, by name."""
    owned = Membership.objects.filter(user=user.pk, owns=True).select_related("organization")
    found = {one.organization_id: one.organization for one in owned.order_by("organization__name")}
    others = Membership.objects.owners(at).filter(organization__in=list(found)).exclude(user=user.pk).order_by()
    kept = set(others.values_list("organization_id", flat=True)) if found else set()
    alone = OwnerRule.EXACTLY_ONE
    return [one for key, one in found.items() if one.rules.owner_rule is alone or key not in kept]


def _invited(person: UUID, among: QuerySet[Event] | None = None) -> set[str]:
    """The address of an invitation by that id, as far as the log, or these events of it, tell.

    What the record of an account tells of invitations is about that account: its address may be somebody else's by now.
    """
    known = Event.objects.all() if among is None else among
    told = known.filter(target_id=person, entity="invitation").exclude(chain_id=person).order_by()
    return set(told.values_list("target_label", flat=True).distinct()) - {""}


def _reached(person: UUID, addresses: Collection[str]) -> set[UUID]:
    found = set(Membership.objects.filter(user=person).order_by().values_list("organization_id", flat=True))
    for _, answer in signals.person_reaches.send(User, person=person, addresses=addresses):
        found |= cast("set[UUID]", answer)
    return found


def _end(membership: Membership, *, actor: Actor) -> None:
    """The person leaves: named there as that organization knows them, where they do it themselves."""
    organization = locked(membership.organization_id)
    (found,) = reloaded(organization, [membership])
    by = found.as_actor(current_act().now) if actor.kind is ActorKind.MEMBER else actor
    before = {"role": found.role.label if found.role else "", "status": found.status}
    take_away(organization, [found], actor=by)
    record_of(events.MEMBER_ACCOUNT_DELETED, by, found, before=before)
    organization.save_counters()


def _forget(person: UUID, addresses: set[str], *, actor: Actor, reason: str) -> int:
    act = current_act()
    subjects = {person}
    for _, answer in signals.addressed.send(User, addresses=addresses):
        subjects |= cast("set[UUID]", answer)
    act.write_events(more=True)
    chains = _chains_that_tell_of(subjects)
    labels = labels_of(subjects, chains)
    signals.forgetting.send(User, addresses=addresses, labels=labels, organizations=chains, actor=actor)
    forget_mails(person, addresses, labels)
    return erase(subjects, actor=actor, reason=reason)


def _unname(person: UUID) -> set[str]:
    """Have rows that name the account by its id say no more who it was; answers where it was invited, but for others'.

    By name, as afterwards, they are found only as far back as the logs are kept.
    """
    found: set[str] = set()
    for _, answer in signals.unnaming.send(User, person=person):
        found |= cast("set[str] | None", answer) or set()
    return {one for one in found if not User.objects.with_address(one).exclude(pk=person).exists()}


def _chains_that_tell_of(subjects: Collection[UUID]) -> set[UUID]:
    told = Event.objects.filter(Q(actor_id__in=subjects) | Q(target_id__in=subjects)).order_by()
    return set(told.values_list("chain_id", flat=True).distinct())


def _impersonal(reason: str, names: Collection[str]) -> str:
    """The reason, on one line. It stays in the logs, so it may not say what is erased from them."""
    said = " ".join(reason.split())
    if not said:
        problem = "Say why, in a sentence."
    elif len(said) > REASON_LENGTH:
        problem = f"Use at most {REASON_LENGTH} characters; these are {len(said):,}."
    elif "@" in said or any(name and name.casefold() in said.casefold() for name in names):
        problem = "This stays in the logs: say why without the person's name or address."
    else:
        return said
    raise ValidationError({"reason": ValidationError(problem, code="reason")})
