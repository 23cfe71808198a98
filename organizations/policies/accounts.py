"""Who may delete an account, and have it forgotten who somebody was."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from audit.actors import Actor, ActorKind
from organizations.models import Organization
from organizations.policies.decisions import YES, Decision, no
from organizations.schemes import OwnerRule

MOST_NAMED = 5


def may_delete_account(
    actor: Actor, user: User, left_alone: Sequence[Organization], *, by_superuser: bool = False
) -> Decision:
    """Whether the actor may delete the account: its holder, or staff where it is deactivated.

    `left_alone`: the organizations that would have nobody left who owns them.
    """
    if actor.kind is ActorKind.STAFF:
        if user.is_active:
            return no(f"{user.label} can still sign in. Deactivate the account first.", "active")
        if user.is_staff and not by_superuser:
            return no("The account of somebody who runs Roster is deleted by a superuser alone.", "staff")
    elif actor.kind is not ActorKind.MEMBER or actor.id != user.pk or not user.is_active:
        return no("An account is deleted by its holder, or once it is deactivated by those who run Roster.", "other")
    return _owners_stay(user, left_alone, themself=actor.kind is ActorKind.MEMBER)


def may_forget(actor: Actor) -> Decision:
    """Whether the actor may have it erased from every log who somebody was."""
    if actor.kind is not ActorKind.STAFF:
        return no("Only those who run Roster erase somebody from the audit logs.", "staff_alone")
    return YES


def _owners_stay(user: User, organizations: Sequence[Organization], *, themself: bool) -> Decision:
    """The last owner goes nowhere; the reason names each organization, and says what to do first."""
    alone = [one for one in organizations if one.rules.owner_rule is OwnerRule.EXACTLY_ONE]
    last = [one for one in organizations if one not in alone]
    reasons = []
    if alone:
        owns = f"You own {named(alone)}" if themself else f"{user.label} owns {named(alone)}"
        first = f"Hand {'it' if len(alone) == 1 else 'them'} on to someone else first"
        reasons.append(f"{owns}. {first if themself else 'Appoint another owner first'}.")
    if last:
        owns = "You are the last owner of" if themself else f"{user.label} is the last owner of"
        first = "Make someone else an owner" if themself else "Appoint another owner"
        reasons.append(f"{owns} {named(last)}. {first} there first.")
    return no(" ".join(reasons), "last_owner") if reasons else YES


def named(organizations: Sequence[Organization]) -> str:
    """Their names in a row: the first few, and how many more."""
    names = [one.name for one in organizations[:MOST_NAMED]]
    if more := len(organizations) - len(names):
        names.append(f"{more} more")
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
