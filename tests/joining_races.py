"""People who come in without an invitation at the same moment, and what must hold whichever of them is first."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from accounts.models import User
from audit.actors import SYSTEM
from audit.models import Event
from invitations.actions.answering import accept
from invitations.actions.asking import approve_request, withdraw_request
from invitations.actions.join_links import revoke_link
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, JoinRequest
from invitations.tasks import seats_freed
from mail.models import Mail
from organizations.actions.domains import add_domain, remove_domain
from organizations.actions.plans import set_seats
from organizations.actions.proving import note_answer
from organizations.models import DnsAnswer, Domain, Membership, Organization
from tests.factories import UserFactory, acting, found, invitee, join, offer, role_of
from tests.invitations.letting_in import ask, come, let_in, link, use
from tests.organizations.changing import suspend
from tests.race_stories import is_whole
from tests.races import race, refusals


def last_use_of_a_link(owner: Membership, people: int) -> None:
    """One of them joins; the others are told that it is used up, and no row is theirs."""
    made = link(owner, uses=1)
    users = [UserFactory() for _ in range(people)]
    results = race([partial(use, user, made) for user in users])
    assert [getattr(one, "code", "") for one in refusals(results)] == ["used"] * (people - 1)
    made.refresh_from_db()
    assert made.used == 1
    assert Membership.objects.filter(user__in=users).count() == 1
    assert Event.objects.filter(action="member.joined_by_link", target_id__in=[one.pk for one in users]).count() == 1
    is_whole(owner.organization)


def last_seat(owner: Membership, staff: User, people: int) -> None:
    """One of them joins; the others wait, each once."""
    organization = owner.organization
    let_in(owner, "open")
    organization.refresh_from_db()
    set_seats(actor=acting(staff), organization=organization, seats=organization.seats_taken + 1)
    users = [UserFactory() for _ in range(people)]
    results = race([partial(come, user, organization, "open") for user in users])
    assert not refusals(results)
    assert Membership.objects.filter(user__in=users).count() == 1
    assert JoinRequest.objects.waiting().filter(user__in=users).count() == people - 1
    is_whole(organization)
    assert organization.seats_free == 0
    set_seats(actor=acting(staff), organization=organization, seats=None)


def join_while_the_opener_is_suspended(owner: Membership, number: int) -> None:
    """A member who came first, or a way that is closed."""
    opener = join(owner, UserFactory(), "admin")
    let_in(opener, "open")
    let_in(opener, "open", "viewer")
    user = UserFactory()
    results = race([partial(come, user, owner.organization, "open"), partial(suspend, owner, opener)])
    is_member = Membership.objects.filter(user=user).exists()
    assert is_member != bool(refusals(results))
    assert not owner.organization.ways_in.exists()
    is_whole(owner.organization)


def one_person_by_two_ways(owner: Membership, number: int) -> None:
    """One membership; the link is used once or not at all."""
    let_in(owner, "open")
    made, user = link(owner), UserFactory()
    race([partial(come, user, owner.organization, "open"), partial(use, user, made)])
    membership = Membership.objects.get(user=user)
    made.refresh_from_db()
    assert made.used == (membership.source == "link")
    revoke_link(actor=acting(owner), link=made)
    is_whole(owner.organization)


def join_while_accepting_the_own_invitation(owner: Membership, number: int) -> None:
    """One membership in the last seat, which was kept for them; the offer is accepted, or withdrawn with joining."""
    organization, user = owner.organization, UserFactory()
    let_in(owner, "open")
    invitation = _in_the_last_seat(owner, user)
    accepting = partial(accept, actor=invitee(user), user=user, invitation=invitation, version=1)
    results = race([partial(come, user, organization, "open"), accepting])
    membership = Membership.objects.get(user=user)
    invitation.refresh_from_db()
    assert (invitation.status, membership.source) in {("accepted", "invitation"), ("revoked", "open")}
    assert [getattr(one, "code", "") for one in refusals(results)] == ["already_member"]
    joined = ["member.joined"] if membership.source == "invitation" else ["member.joined_openly", "invitation.revoked"]
    assert _told(invitation, user) == ["invitation.sent", *joined]
    _is_full(organization)


def join_while_the_own_invitation_is_revoked(owner: Membership, number: int) -> None:
    """One membership in the seat that was kept or that has just become free; the offer is revoked once."""
    organization, user = owner.organization, UserFactory()
    let_in(owner, "open")
    invitation = _in_the_last_seat(owner, user)
    revoking = partial(revoke, actor=acting(owner), organization=organization, invitations=[invitation])
    results = race([partial(come, user, organization, "open"), revoking])
    assert not refusals(results)
    assert Membership.objects.get(user=user).source == "open"
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert sorted(_told(invitation, user)) == ["invitation.revoked", "invitation.sent", "member.joined_openly"]
    _is_full(organization)


def _in_the_last_seat(owner: Membership, user: User) -> Invitation:
    invitation, organization = offer(owner, user.email), owner.organization
    organization.refresh_from_db()
    type(organization).objects.filter(pk=organization.pk).update(seat_limit=organization.seats_taken)
    return invitation


def _is_full(organization: Organization) -> None:
    is_whole(organization)
    assert (organization.seats_free, organization.seats_taken) == (0, organization.seat_limit)
    type(organization).objects.filter(pk=organization.pk).update(seat_limit=None)


def _told(invitation: Invitation, user: User) -> list[str]:
    events = Event.objects.filter(target_id__in=[invitation.pk, user.pk], chain_id=invitation.organization_id)
    return list(events.order_by("number").values_list("action", flat=True))


def one_person_asks_twice(owner: Membership, number: int) -> None:
    """One request, one event, one mail to each reader."""
    let_in(owner, "request")
    user = UserFactory()
    results = race([partial(ask, user, owner.organization)] * 2)
    assert len({one.pk for one in results if isinstance(one, JoinRequest)}) == 1
    asked = JoinRequest.objects.get(user=user)
    assert Event.objects.filter(action="join_request.asked", target_id=user.pk).count() == 1
    assert Mail.objects.filter(key__startswith=f"join-asked:{asked.pk}:").count() == 1
    is_whole(owner.organization)


def approve_and_take_back(owner: Membership, number: int) -> None:
    """A member, or a request that was taken back; never both."""
    let_in(owner, "request")
    user = UserFactory()
    asked = ask(user, owner.organization)
    viewer = role_of(owner.organization, "viewer")
    race(
        [
            partial(approve_request, actor=acting(owner), user=user, asked=asked, role=viewer),
            partial(withdraw_request, actor=invitee(user), user=user, asked=asked),
        ]
    )
    asked.refresh_from_db()
    assert (asked.status, Membership.objects.filter(user=user).exists()) in {("approved", True), ("withdrawn", False)}
    is_whole(owner.organization)


def two_organizations_prove_one_domain(owner: Membership, number: int) -> None:
    """One of them has it; the other is told."""
    name = f"race{number}.example"
    other = found(UserFactory(), f"Rival {number}", f"rival-{number}-{owner.organization.slug}")
    domains = [add_domain(actor=acting(one), organization=one.organization, name=name) for one in (owner, other)]
    Domain.objects.filter(name=name).update(due_at=timezone.now())
    domains = [Domain.objects.get(pk=one.pk) for one in domains]
    race([partial(note_answer, actor=SYSTEM, domain=one, answer=DnsAnswer.FOUND) for one in domains])
    assert sorted(Domain.objects.filter(name=name).values_list("answer", flat=True)) == ["found", "taken"]
    assert Domain.objects.proven().filter(name=name).count() == 1
    remove_domain(actor=acting(owner), domain=domains[0])
    is_whole(owner.organization)


def two_clocks_tell_of_one_seat(owner: Membership, number: int) -> None:
    """Whoever waits is told once."""
    organization = owner.organization
    let_in(owner, "open")
    type(organization).objects.filter(pk=organization.pk).update(seat_limit=1)
    user = UserFactory()
    asked = come(user, organization, "open")
    assert isinstance(asked, JoinRequest)
    type(organization).objects.filter(pk=organization.pk).update(seat_limit=None)
    race([seats_freed, seats_freed])
    assert Mail.objects.filter(key__startswith=f"seat-free:{asked.pk}:").count() == 1
    withdraw_request(actor=invitee(user), user=user, asked=asked)
    is_whole(organization)


JOINING_PAIRS = [
    join_while_the_opener_is_suspended,
    one_person_by_two_ways,
    join_while_accepting_the_own_invitation,
    join_while_the_own_invitation_is_revoked,
    one_person_asks_twice,
    approve_and_take_back,
    two_organizations_prove_one_domain,
    two_clocks_tell_of_one_seat,
]
