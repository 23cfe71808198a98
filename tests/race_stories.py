"""What may happen at the same moment, and what must hold afterwards whichever comes first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from audit.models import Event
from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from mail.models import Mail
from organizations.actions.accounts import delete_account
from organizations.actions.members import leave
from organizations.actions.organizations import create_organization
from organizations.actions.outcome import Outcome
from organizations.actions.ownership import transfer_ownership
from organizations.actions.plans import set_seats
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, found, invitee, join, offer, role_of
from tests.races import race, refusals
from tests.witness import counters


def accepts_of_one_invitation(owner: Membership, times: int) -> None:
    """One membership and one event, whoever is first; the others are answered with the same membership."""
    user = UserFactory()
    invitation = offer(owner, user.email)
    results = race([partial(_accept, user, invitation)] * times)
    assert len({result.pk for result in results if isinstance(result, Membership)}) == 1
    assert not refusals(results)
    assert Membership.objects.filter(user=user).count() == 1
    assert Event.objects.filter(action="member.joined", target_id=user.pk).count() == 1
    is_whole(owner.organization)


def invitations_for_few_seats(
    owner: Membership, staff: User, *, invitations: int, free: int, name: str = "seat"
) -> None:
    """As many invitations as there are seats; the others are told that none is free."""
    organization = owner.organization
    organization.refresh_from_db()
    set_seats(actor=acting(staff), organization=organization, seats=organization.seats_taken + free)
    role = role_of(organization, "member")
    addresses = [f"{name}.{number}@example.org" for number in range(invitations)]
    results = race(
        [
            partial(invite, actor=acting(owner), organization=organization, addresses=[address], role=role, days=7)
            for address in addresses
        ]
    )
    assert not refusals(results)
    passed_over = [one.code for outcome in results if isinstance(outcome, Outcome) for one in outcome.passed_over]
    assert passed_over == ["no_seat"] * (invitations - free)
    sent = Invitation.objects.filter(email__in=addresses)
    assert sent.count() == free
    assert Event.objects.filter(action="invitation.sent", target_label__in=addresses).count() == free
    assert Mail.objects.filter(key__in=[one.mail_key for one in sent]).count() == free
    is_whole(organization)
    assert organization.seats_free == 0
    set_seats(actor=acting(staff), organization=organization, seats=None)


def accept_and_revoke(owner: Membership, number: int) -> None:
    """A member or a revoked offer, never both."""
    user = UserFactory()
    invitation = offer(owner, user.email)
    race([partial(_accept, user, invitation), partial(_revoke, owner, invitation)])
    invitation.refresh_from_db()
    is_member = Membership.objects.filter(user=user).exists()
    assert (invitation.status, is_member) in {("accepted", True), ("revoked", False)}
    assert _events(invitation, user) == [
        "invitation.sent",
        "member.joined" if is_member else "invitation.revoked",
    ]
    is_whole(owner.organization)


def accept_and_decline(owner: Membership, number: int) -> None:
    user = UserFactory()
    invitation = offer(owner, user.email)
    race([partial(_accept, user, invitation), partial(decline, actor=invitee(user), invitation=invitation, version=1)])
    invitation.refresh_from_db()
    is_member = Membership.objects.filter(user=user).exists()
    assert (invitation.status, is_member) in {("accepted", True), ("declined", False)}
    is_whole(owner.organization)


def accept_and_resend(owner: Membership, number: int) -> None:
    """Accepted as first sent and not sent again, or sent again and not accepted with the older link."""
    user = UserFactory()
    invitation = offer(owner, user.email)
    race(
        [
            partial(_accept, user, invitation),
            partial(resend, actor=acting(owner), organization=owner.organization, invitations=[invitation]),
        ]
    )
    invitation.refresh_from_db()
    is_member = Membership.objects.filter(user=user).exists()
    assert (invitation.status, invitation.version, is_member) in {("accepted", 1, True), ("pending", 2, False)}
    assert Mail.objects.filter(key__startswith=f"invitation:{invitation.pk}:").count() == invitation.version
    is_whole(owner.organization)


def two_resends(owner: Membership, number: int) -> None:
    """One new version with one mail: the other is told that it was sent again already."""
    invitation = offer(owner, f"twice{number}@example.org")
    again = partial(resend, actor=acting(owner), organization=owner.organization, invitations=[invitation])
    first, second = (cast("Outcome[Invitation]", one) for one in race([again, again]))
    assert len(first.done) + len(second.done) == 1
    assert [one.code for one in (*first.passed_over, *second.passed_over)] == ["changed"]
    invitation.refresh_from_db()
    assert invitation.version == 2
    assert Mail.objects.filter(key__startswith=f"invitation:{invitation.pk}:").count() == 2
    is_whole(owner.organization)


def two_invitations_of_one_address(owner: Membership, number: int) -> None:
    """One offer; the other is told that there is one."""
    send = partial(
        invite,
        actor=acting(owner),
        organization=owner.organization,
        addresses=[f"same{number}@example.org"],
        role=role_of(owner.organization, "member"),
        days=7,
    )
    assert not refusals(race([send, send]))
    assert Invitation.objects.filter(email=f"same{number}@example.org", status="pending").count() == 1
    is_whole(owner.organization)


def two_owners_who_leave(owner: Membership, number: int) -> None:
    """One of them stays."""
    first = found(UserFactory(), f"Pair {number}", f"pair-{number}-{owner.organization.slug}")
    second = join(first, UserFactory(), "owner")
    results = race([partial(leave, actor=acting(one), membership=one) for one in (first, second)])
    assert len(refusals(results)) == 1
    assert isinstance(refusals(results)[0], PermissionDenied)
    assert first.organization.memberships.filter(role__owns=True, status="active").count() == 1
    is_whole(first.organization)


def an_owner_leaves_while_the_other_deletes_the_account(owner: Membership, number: int) -> None:
    """One of them stays, whoever is first."""
    first = found(UserFactory(), f"Gone {number}", f"gone-{number}-{owner.organization.slug}")
    second = join(first, UserFactory(), "owner")
    results = race([_deleting(first.user), partial(leave, actor=acting(second), membership=second)])
    assert [type(one) for one in refusals(results)] == [PermissionDenied]
    assert first.organization.memberships.filter(role__owns=True, user__is_active=True).count() == 1
    is_whole(first.organization)


def two_owners_who_delete_their_accounts(owner: Membership, number: int) -> None:
    first = found(UserFactory(), f"Both {number}", f"both-{number}-{owner.organization.slug}")
    second = join(first, UserFactory(), "owner")
    results = race([_deleting(first.user), _deleting(second.user)])
    assert [type(one) for one in refusals(results)] == [PermissionDenied]
    assert User.objects.filter(pk__in=[first.user_id, second.user_id]).count() == 1
    assert first.organization.memberships.filter(role__owns=True).count() == 1
    is_whole(first.organization)


def ownership_is_handed_to_somebody_who_deletes_the_account(owner: Membership, number: int) -> None:
    """The heir owns it and stays, or is gone and the owner stays."""
    first = found(UserFactory(), f"Heir {number}", f"heir-{number}-{owner.organization.slug}", "winery")
    heir = join(first, UserFactory(), "admin")
    results = race([partial(transfer_ownership, actor=acting(first), membership=heir), _deleting(heir.user)])
    assert len(refusals(results)) == 1
    (one,) = first.organization.memberships.filter(owns=True)
    assert one.user_id == (heir.user_id if User.objects.filter(pk=heir.user_id).exists() else first.user_id)
    is_whole(first.organization)


def the_former_owner_deletes_the_account(owner: Membership, number: int) -> None:
    """After the transfer they may go; before it they may not, and then the transfer is made."""
    first = found(UserFactory(), f"Past {number}", f"past-{number}-{owner.organization.slug}", "winery")
    heir = join(first, UserFactory(), "admin")
    results = race([partial(transfer_ownership, actor=acting(first), membership=heir), _deleting(first.user)])
    assert len(refusals(results)) <= 1
    assert [one.user_id for one in first.organization.memberships.filter(owns=True)] == [heir.user_id]
    is_whole(first.organization)


def accept_while_the_account_is_deleted(owner: Membership, number: int) -> None:
    """Nobody is a member whose account is gone; what was joined first is left with it."""
    user = UserFactory()
    invitation = offer(owner, user.email)
    race([partial(_accept, user, invitation), _deleting(user)])
    invitation.refresh_from_db()
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Membership.objects.filter(user=user.pk).exists()
    told = ["invitation.sent"]
    if invitation.status == "accepted":
        told += ["member.joined", "member.account_deleted"]
    assert _events(invitation, user) == told
    is_whole(owner.organization)


def an_organization_is_created_while_the_account_is_deleted(owner: Membership, number: int) -> None:
    """Whoever has just become the one owner stays; whoever is gone owns nothing."""
    user = UserFactory()
    slug = f"new-{number}-{owner.organization.slug}"
    create = partial(create_organization, actor=acting(user), user=user, name="New", slug=slug, scheme="standard")
    assert len(refusals(race([create, _deleting(user)]))) == 1
    made = Organization.objects.filter(slug=slug)
    assert made.exists() is User.objects.filter(pk=user.pk).exists()
    for organization in made:
        assert organization.memberships.filter(owns=True, user=user).count() == 1
        is_whole(organization)


def accept_while_the_inviter_leaves(owner: Membership, number: int) -> None:
    """Whoever leaves while somebody accepts what they offered: a member who came first, or a revoked offer."""
    inviter = join(owner, UserFactory(), "admin")
    user = UserFactory()
    invitation = offer(inviter, user.email)
    race([partial(_accept, user, invitation), partial(leave, actor=acting(inviter), membership=inviter)])
    invitation.refresh_from_db()
    is_member = Membership.objects.filter(user=user).exists()
    assert (invitation.status, is_member) in {("accepted", True), ("revoked", False)}
    assert not Membership.objects.filter(pk=inviter.pk).exists()
    is_whole(owner.organization)


def invite_and_lose_the_right(owner: Membership, number: int) -> None:
    """An admin who leaves while they invite leaves no offer behind."""
    inviter = join(owner, UserFactory(), "admin")
    send = partial(
        invite,
        actor=acting(inviter),
        organization=owner.organization,
        addresses=[f"late{number}@example.org"],
        role=role_of(owner.organization, "member"),
        days=7,
    )
    race([send, partial(leave, actor=acting(inviter), membership=inviter)])
    assert not Invitation.objects.filter(email=f"late{number}@example.org", status="pending").exists()
    is_whole(owner.organization)


def two_accepts_across_organizations(owner: Membership, number: int) -> None:
    """One person joins two organizations at once: neither waits for ever."""
    user, other = UserFactory(), found(UserFactory(), f"Other {number}", f"other-{number}-{owner.organization.slug}")
    offers = [offer(owner, user.email), offer(other, user.email)]
    assert not refusals(race([partial(_accept, user, one) for one in offers]))
    assert Membership.objects.filter(user=user).count() == 2
    is_whole(owner.organization)
    is_whole(other.organization)


def two_organizations_of_one_address(owner: Membership, number: int) -> None:
    """One of them gets the address; the other is told, beside the field."""
    users = [UserFactory(), UserFactory()]
    slug = f"one-{number}-{owner.organization.slug}"
    results = race(
        [
            partial(create_organization, actor=acting(user), user=user, name="One", slug=slug, scheme="standard")
            for user in users
        ]
    )
    assert [type(one) for one in refusals(results)] == [ValidationError]
    organization = Organization.objects.get(slug=slug)
    is_whole(organization)
    assert Event.objects.filter(chain_id=organization.pk).count() == 2


PAIRS = [
    accept_and_revoke,
    accept_and_decline,
    accept_and_resend,
    two_resends,
    two_invitations_of_one_address,
    two_owners_who_leave,
    an_owner_leaves_while_the_other_deletes_the_account,
    two_owners_who_delete_their_accounts,
    ownership_is_handed_to_somebody_who_deletes_the_account,
    the_former_owner_deletes_the_account,
    accept_while_the_account_is_deleted,
    an_organization_is_created_while_the_account_is_deleted,
    accept_while_the_inviter_leaves,
    invite_and_lose_the_right,
    two_accepts_across_organizations,
    two_organizations_of_one_address,
]


def _deleting(user: User) -> Callable[[], object]:
    return partial(delete_account, actor=acting(user), user=user)


def _accept(user: User, invitation: Invitation) -> Membership:
    return accept(actor=invitee(user), user=user, invitation=invitation, version=1)


def _revoke(owner: Membership, invitation: Invitation) -> object:
    return revoke(actor=acting(owner), organization=owner.organization, invitations=[invitation])


def _events(invitation: Invitation, user: User) -> list[str]:
    events = Event.objects.filter(target_id__in=[invitation.pk, user.pk], chain_id=invitation.organization_id)
    return list(events.order_by("number").values_list("action", flat=True))


def is_whole(organization: Organization) -> None:
    """Its counters are true, and its events are numbered without a gap."""
    counters(organization)
    numbers = list(Event.objects.filter(chain_id=organization.pk).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
