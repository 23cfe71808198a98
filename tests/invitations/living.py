"""The states that an invitation can be in, each as people bring it about, and what can be done to it in each.

`test_life_cycle.py` says what must come of every pair. Grace (owner) acts, Tomás (admin) has invited, Ines is invited.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actions import set_account_active
from audit.actors import SYSTEM
from invitations.actions.answering import accept, ask_anew, decline
from invitations.actions.changing import change_offered_role
from invitations.actions.correcting import correct_address
from invitations.actions.extending import extend
from invitations.actions.offering import invite
from invitations.actions.refusing import refuse_further
from invitations.actions.reminding import remind
from invitations.actions.resending import resend
from invitations.actions.ways import open_way
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, WayKind
from organizations.actions.assigning import change_role
from organizations.actions.deleting_roles import delete_role
from organizations.actions.members import deactivate, leave, remove
from organizations.actions.organizations import settle_lapsed
from organizations.actions.outcome import Outcome
from organizations.models import Organization
from tests.factories import UserFactory, acting, count_again, end_at, found, invitee, join, role_of
from tests.invitations.letting_in import come
from tests.organizations.designing import design

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
INES = "ines@example.org"
VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


class Story:
    """One invitation, the people around it, and the version whose link its person has before them."""

    def __init__(self, access_ends_at: datetime | None = None) -> None:
        self.at, self.shown = BEGIN + timedelta(hours=1), 1
        with time_machine.travel(BEGIN, tick=False):
            self.owner = found(UserFactory(name="Grace Okafor"), "Marram Instruments", "marram")
            self.org = self.owner.organization
            self.inviter = join(self.owner, UserFactory(name="Tomás Rivera"), "admin")
            self.ines, self.somebody = UserFactory(name="Ines Duarte", email=INES), UserFactory(name="Ove Lind")
            self.role = design(self.owner, "Trainee", *VIEWERS)
            self.grace, self.tomas = acting(self.owner), acting(self.inviter)
            self.staff = acting(UserFactory(is_staff=True))
            self.member, self.viewer = role_of(self.org, "member"), role_of(self.org, "viewer")
            (self.invitation,) = invite(
                actor=self.tomas,
                organization=self.org,
                addresses=[INES],
                role=self.role,
                days=7,
                access_ends_at=access_ends_at,
            ).done

    @property
    def row(self) -> Invitation | None:
        return Invitation.objects.filter(pk=self.invitation.pk).first()

    @property
    def several(self) -> dict[str, Any]:
        return {"actor": self.grace, "organization": self.org, "invitations": [self.invitation]}

    @property
    def one(self) -> dict[str, Any]:
        return {"actor": self.grace, "organization": self.org, "invitation": self.invitation}

    def accepted_by(self, user: Any) -> Any:
        return accept(actor=invitee(user), user=user, invitation=self.invitation, version=self.shown)

    def do(self, deed: Callable[[Story], object]) -> str:
        """The code of what it was answered; '' where it was done."""
        try:
            outcome = deed(self)
        except ValidationError as refusal:
            return str(refusal.code)
        except PermissionDenied:
            return "denied"
        return outcome.passed_over[0].code if isinstance(outcome, Outcome) and outcome.passed_over else ""


# The states.


def _after(deed: Callable[[Story], object]) -> Callable[[], Story]:
    """The story as it stands once that was done, an hour after its beginning."""

    def told() -> Story:
        story = Story()
        with time_machine.travel(story.at, tick=False):
            deed(story)
        return story

    return told


def _lapsed() -> Story:
    """Past its end, and nobody has written that down."""
    story = Story()
    story.at = BEGIN + timedelta(days=8)
    return story


def _expired() -> Story:
    story = _lapsed()
    with time_machine.travel(story.at, tick=False):
        settle_lapsed(actor=SYSTEM, organization=story.org, batch=story.org.pk)
    return story


def _access_over() -> Story:
    """The access that it offers would have ended a day ago."""
    story = Story(access_ends_at=BEGIN + timedelta(days=2))
    story.at = BEGIN + timedelta(days=3)
    return story


def _sent_again(story: Story) -> None:
    """Its person has the older link still."""
    resend(actor=story.tomas, organization=story.org, invitations=[story.invitation])


def _accept_and_leave(story: Story) -> None:
    membership = story.accepted_by(story.ines)
    leave(actor=acting(membership), membership=membership)


def _go(story: Story) -> None:
    Invitation.objects.filter(pk=story.invitation.pk).delete()
    count_again(story.org)


STATES: dict[str, Callable[[], Story]] = {
    "pending": Story,
    "replaced": _after(_sent_again),
    "accepted": _after(lambda story: story.accepted_by(story.ines)),
    "left": _after(_accept_and_leave),
    "declined": _after(lambda story: decline(actor=invitee(story.ines), invitation=story.invitation, version=1)),
    "revoked": _after(lambda story: revoke(**story.several)),
    "expired": _expired,
    "lapsed": _lapsed,
    "access over": _access_over,
    "gone": _after(_go),
    "no organization": _after(lambda story: Organization.objects.filter(pk=story.org.pk).delete()),
}


# The actions.


def _accept_twice(story: Story) -> object:
    first = story.accepted_by(story.ines)
    assert story.accepted_by(story.ines) == first
    return first


def _invite_again(story: Story) -> object:
    return invite(actor=story.grace, organization=story.org, addresses=[INES.upper()], role=story.member, days=7)


def _remind(story: Story) -> object:
    """At the moment at which a person who has not answered is due, or that late."""
    with time_machine.travel(max(story.at, BEGIN + timedelta(days=2, hours=2)), tick=False):
        return remind(actor=SYSTEM, organization=story.org, batch=story.org.pk)


def _join_another_way(story: Story) -> object:
    """By a door that is open to everyone."""
    open_way(actor=story.grace, organization=story.org, kind=WayKind.OPEN, role=story.member, at_once=True)
    return come(story.ines, story.org, "open")


def _access_of_inviter_ends(story: Story) -> object:
    """By itself, on the day that was set; the clock writes it down."""
    end_at(story.inviter, story.at - timedelta(minutes=1))
    return settle_lapsed(actor=SYSTEM, organization=story.org, batch=story.org.pk)


def _to_inviter(deed: Callable[..., object], **more: object) -> Callable[[Story], object]:
    return lambda story: deed(
        actor=story.grace,
        organization=story.org,
        memberships=[story.inviter],
        **{name: getattr(story, str(value)) for name, value in more.items()},
    )


ACTIONS: dict[str, Callable[[Story], object]] = {
    "invite": _invite_again,
    "resend": lambda story: resend(**story.several),
    "extend": lambda story: extend(**story.several, days=14),
    "correct": lambda story: correct_address(**story.one, email="ines@studio.example.org"),
    "revoke": lambda story: revoke(**story.several),
    "change role": lambda story: change_offered_role(**story.one, role=story.viewer),
    "accept": lambda story: story.accepted_by(story.ines),
    "accept twice": _accept_twice,
    "accept as another": lambda story: story.accepted_by(story.somebody),
    "joins openly": _join_another_way,
    "decline": lambda story: decline(actor=invitee(None, INES), invitation=story.invitation, version=story.shown),
    "ask anew": lambda story: ask_anew(actor=invitee(None, INES), invitation=story.invitation, version=story.shown),
    "refuse further": lambda story: refuse_further(
        actor=invitee(None, INES), invitation=story.invitation, scope="here"
    ),
    "settle": lambda story: settle_lapsed(actor=SYSTEM, organization=story.org, batch=story.org.pk),
    "remind": _remind,
    "inviter removed": _to_inviter(remove),
    "inviter leaves": lambda story: leave(actor=story.tomas, membership=story.inviter),
    "inviter deactivated": _to_inviter(deactivate),
    "inviter demoted": _to_inviter(change_role, role="member"),
    "inviter lapses": _access_of_inviter_ends,
    "account closed": lambda story: set_account_active(actor=story.staff, user=story.inviter.user, active=False),
    "role deleted": lambda story: delete_role(actor=story.grace, role=story.role, move_to=None, invitations_to=None),
    "role replaced": lambda story: delete_role(
        actor=story.grace, role=story.role, move_to=None, invitations_to=story.viewer
    ),
}
