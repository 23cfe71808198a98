"""What organizations keep of an account, kept true when its person or staff change it."""

from __future__ import annotations

from accounts.models import User
from audit.actions import current_act
from audit.actors import Actor
from organizations import events
from organizations.actions.details import save_copies
from organizations.actions.people import record_of
from organizations.models import Membership


def follow_user(user: User, *, two_factor: bool, actor: Actor) -> None:
    """Copy name, address and second factor to every membership of the locked account, with an event for each change.

    Joins an action on the account, which has locked no organization. Their chains are enough: every action on an
    organization holds its chain before it writes anything, and whoever joins one has the account locked.
    An action on an organization that mends the account of one of its people tells of that itself.
    """
    act = current_act()
    rows = Membership.objects.filter(user=user)
    act.lock_chains(set(rows.order_by().values_list("organization_id", flat=True)))
    for membership in rows:
        name, email, had = membership.name, membership.email, membership.two_factor
        membership.copy_user(user.name, user.email, two_factor=two_factor)
        save_copies(membership)
        if membership.organization_id in act.organizations:
            continue
        if membership.name != name:
            after = {"name": membership.name or "none"}
            record_of(events.NAME_CHANGED, actor, membership, before={"name": name or "none"}, after=after)
        if membership.email != email:
            after = {"email": membership.email}
            record_of(events.ADDRESS_CHANGED, actor, membership, before={"email": email}, after=after)
        if membership.two_factor != had:
            record_of(events.TWO_FACTOR_ON if two_factor else events.TWO_FACTOR_OFF, actor, membership)


def tell_of_account(user: User, *, actor: Actor) -> None:
    """Write down in each organization that the locked account was deactivated or given back: there nobody acts by it.

    The memberships stay as they are; their organizations' chains are locked as above.
    """
    rows = Membership.objects.filter(user=user).order_by("organization")
    current_act().lock_chains({one.organization_id for one in rows})
    for membership in rows:
        record_of(events.ACCOUNT_ON if user.is_active else events.ACCOUNT_OFF, actor, membership)
