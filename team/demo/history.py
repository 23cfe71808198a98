"""A small organization with a past: made by the actions that people use, on the days that the story says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from audit import clock
from audit.actors import SYSTEM, Actor, ActorKind
from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation
from organizations.actions.assigning import change_role
from organizations.actions.ending import set_end
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.members import deactivate, leave, remove
from organizations.actions.organizations import create_organization, settle_lapsed
from organizations.actions.plans import set_seats
from organizations.actions.roles import create_role
from organizations.models import Membership, Organization, Role
from team.demo.people import DOMAIN, LEFT, OWNER, PASSWORD, REMOVED, TEAM, acting_for, address_of, invitee, make_person
from team.demo.products import found_companies

STAFF = "staff@roster.example"
LAUNCHING = (
    "Rui Alves", "Hannah Weiss", "Ibrahim Sesay", "Noor Rahman", "Kofi Mensah", "Lotte Jansen", "Ruth Feld",
    "Chloé Martin",
)  # fmt: skip
WORKING_MINUTES = 9 * 60


class History:
    """Tells the story of Marram Instruments, day by day, and of the bakery that invites its owner."""

    def __init__(self) -> None:
        self.today = timezone.now()
        self.password = make_password(PASSWORD)
        self.people: dict[str, User] = {}

    def tell(self) -> Organization:
        organization = self._found(OWNER, address_of(OWNER), "Marram Instruments", "marram", days_ago=330)
        with clock.as_of(self._day(329)):
            porter = make_person("Sam Porter", STAFF, self._day(400), self.password, is_staff=True, is_superuser=True)
            staff = Actor(kind=ActorKind.STAFF, label="Roster support", id=porter.pk)
            set_seats(actor=staff, organization=organization, seats=40)
        for day, happen in sorted(self._chapters(organization), key=lambda chapter: self._day(chapter[0])):
            with clock.as_of(self._day(day)):
                happen()
        settle_lapsed(actor=SYSTEM, organization=organization, batch=uuid7())
        self._visit(organization)
        self._bakery()
        found_companies(self.people[OWNER], staff, self.password, self.today)
        return organization

    def _chapters(self, organization: Organization) -> list[tuple[float, Callable[[], None]]]:
        chapters: list[tuple[float, Callable[[], None]]] = []
        for one in TEAM:
            chapters += [
                (one.days_ago, partial(self._invite, organization, one.inviter, [address_of(one.name)], one.role)),
                (one.days_ago - 1.3, partial(self._accept, organization, one.name, job_title=one.job_title)),
            ]
        name, days_ago = LEFT
        chapters += [
            (days_ago, partial(self._leave, organization, name)),
            (152, partial(self._invite, organization, "Lena Fischer", [f"j.brandt@{DOMAIN}"], "member")),
            (96, partial(self._invite, organization, "Mateo Rivera", ["press@tidewater.example"], "viewer")),
            (95, partial(self._revoke, organization, "Mateo Rivera", "press@tidewater.example")),
            (58, partial(self._invite, organization, "Amara Diallo", ["paul.adler@oakstreet.example"], "viewer")),
            (57, partial(self._decline, "paul.adler@oakstreet.example")),
            (21, partial(self._invite, organization, "Lena Fischer", ["v.okonkwo@northlight.example"], "viewer")),
            (6, partial(self._invite, organization, "Lena Fischer", [f"d.oconnell@{DOMAIN}"], "member")),
            (3, partial(self._invite, organization, OWNER, ["felix@studiorossi.example"], "viewer")),
            (1.2, partial(self._resend, organization, "Lena Fischer", f"d.oconnell@{DOMAIN}")),
            (2.4, partial(self._invite, organization, REMOVED[0], ["rita@pinecove.example"], "viewer")),
            (2.3, partial(self._invite, organization, REMOVED[0], ["tomas@pinecove.example"], "viewer")),
            (REMOVED[1], partial(self._remove, organization, REMOVED[0])),
            (1.1, partial(self._give, organization, ("Jonas Lindqvist", "Ben Hartley", "Oskar Wolff"), "Member")),
            (0.9, partial(self._join, organization, "Spring launch", LAUNCHING)),
            (0.1, partial(self._invite, organization, "Mateo Rivera", [f"hana.kobayashi@{DOMAIN}"], "member")),
            (100, partial(self._group, organization, "Field service", ("Chloé Martin", "Noor Rahman", "Amara Diallo"))),
            (61, partial(self._group, organization, "Spring launch", ("Priya Nair", "Yuki Tanaka", "Inês Carvalho"))),
            (60, partial(self._role, organization, "Coordinator", "member", ["invitations.create", "groups.update"])),
            (59, partial(self._give, organization, ("Adaeze Nwosu",), "Coordinator")),
            (12, partial(self._give, organization, ("Omar Haddad",), None)),
            (74, partial(self._deactivate, organization, "Tom Becker")),
            (30, partial(self._end, organization, "Sofia Rossi", 6)),
            (10, partial(self._end, organization, "Oskar Wolff", 129)),
        ]
        return chapters

    def _bakery(self) -> None:
        bakery = self._found("Elif Demir", "elif@tarnbakery.example", "Tarn Bakery", "tarn-bakery", days_ago=120)
        with clock.as_of(self._day(2)):
            self._invite(bakery, "Elif Demir", [address_of(OWNER)], "viewer")

    def _found(self, owner: str, email: str, name: str, slug: str, days_ago: float) -> Organization:
        user = self.people[owner] = make_person(owner, email, self._day(days_ago + 0.1), self.password)
        with clock.as_of(self._day(days_ago)):
            return create_organization(
                actor=acting_for(user), user=user, name=name, slug=slug, scheme="standard"
            ).organization

    def _invite(self, organization: Organization, by: str, addresses: list[str], role: str) -> None:
        found = Role.objects.of(organization).get(key=role)
        invite(actor=acting_for(self.people[by]), organization=organization, addresses=addresses, role=found, days=7)

    def _accept(self, organization: Organization, name: str, **fields: object) -> None:
        email = address_of(name)
        user = self.people[name] = make_person(name, email, clock.read(), self.password, **fields)
        invitation = organization.invitations.get(email=email)
        accept(actor=invitee(user), user=user, invitation=invitation, version=invitation.version)

    def _decline(self, email: str) -> None:
        invitation = Invitation.objects.get(email=email)
        actor = Actor(kind=ActorKind.INVITEE, label=email, id=invitation.pk)
        decline(actor=actor, invitation=invitation, version=invitation.version)

    def _resend(self, organization: Organization, by: str, email: str) -> None:
        found = list(organization.invitations.filter(email=email))
        resend(actor=acting_for(self.people[by]), organization=organization, invitations=found)

    def _revoke(self, organization: Organization, by: str, email: str) -> None:
        found = list(organization.invitations.filter(email=email))
        revoke(actor=acting_for(self.people[by]), organization=organization, invitations=found)

    def _group(self, organization: Organization, name: str, people: tuple[str, ...]) -> None:
        """Put people together; the last of them, who is an admin or knows the work best, curates."""
        by = acting_for(self.people["Mateo Rivera"])
        group = create_group(actor=by, organization=organization, name=name, description="")
        members = [self._member(organization, one) for one in people if one in self.people]
        add_to_group(actor=by, group=group, memberships=members)
        make_curators(actor=by, group=group, memberships=members[-1:])

    def _role(self, organization: Organization, label: str, like: str, more: list[str]) -> None:
        base = Role.objects.of(organization).get(key=like)
        create_role(
            actor=acting_for(self.people[OWNER]),
            organization=organization,
            label=label,
            description=f"As {base.label.lower()}, and invites people and arranges groups.",
            caution="",
            elevated=False,
            grants=[*base.grants, *more],
            like=base,
        )

    def _join(self, organization: Organization, name: str, people: tuple[str, ...]) -> None:
        members = [self._member(organization, one) for one in people]
        group = organization.groups.get(name=name)
        add_to_group(actor=acting_for(self.people["Mateo Rivera"]), group=group, memberships=members)

    def _give(self, organization: Organization, names: tuple[str, ...], label: str | None) -> None:
        role = Role.objects.of(organization).get(label=label) if label else None
        members = [self._member(organization, name) for name in names]
        change_role(actor=acting_for(self.people[OWNER]), organization=organization, memberships=members, role=role)

    def _remove(self, organization: Organization, name: str) -> None:
        """And with that what they had offered."""
        member = self._member(organization, name)
        remove(actor=acting_for(self.people[OWNER]), organization=organization, memberships=[member])

    def _deactivate(self, organization: Organization, name: str) -> None:
        member = self._member(organization, name)
        deactivate(actor=acting_for(self.people["Lena Fischer"]), organization=organization, memberships=[member])

    def _end(self, organization: Organization, name: str, days: float) -> None:
        """Their access ends so many days from today, in the evening."""
        by = acting_for(self.people["Lena Fischer"])
        ends_at = (self.today + timedelta(days=days)).replace(hour=22, minute=59, second=0, microsecond=0)
        member = self._member(organization, name)
        set_end(actor=by, organization=organization, memberships=[member], ends_at=ends_at)

    def _visit(self, organization: Organization) -> None:
        """Most people were here lately, some long ago, and one never came."""
        for place, member in enumerate(organization.memberships.active(self.today).exclude(role=None).by_name()):
            if place != 7:
                minutes = (place * 1_733 + 11) % 6_000 if place % 6 else 50_000 + place * 977
                organization.memberships.filter(pk=member.pk).update(
                    last_active_at=max(self.today - timedelta(minutes=minutes), member.joined_at)
                )

    def _member(self, organization: Organization, name: str) -> Membership:
        return organization.memberships.get(user=self.people[name])

    def _leave(self, organization: Organization, name: str) -> None:
        user = self.people[name]
        leave(actor=acting_for(user), membership=organization.memberships.get(user=user))

    def _day(self, days_ago: float) -> datetime:
        """That many days ago, at some time of a working day; the last two days are told to the minute."""
        moment = self.today - timedelta(days=days_ago)
        if days_ago <= 2:
            return moment
        minutes = int(days_ago * 977) % WORKING_MINUTES
        return moment.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
