"""Makes the people, organizations and invitations that the tests are about: by the real actions, or many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from audit.actors import SYSTEM, Actor, ActorKind
from audit.ambient import Origin
from audit.entries import Entry
from audit.models import Chain
from audit.writing import write
from invitations.actions.answering import accept
from invitations.actions.offering import invite
from invitations.models import Invitation
from organizations.actions.counting import recount
from organizations.actions.organizations import create_organization
from organizations.events import MEMBER_JOINED
from organizations.models import (
    Membership,
    MembershipSource,
    MembershipStatus,
    MembershipText,
    Organization,
    Role,
    sort_name,
)

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    """A person whose address is verified; `verified=False` for one who has yet to show that it is theirs."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Person {number}")
    email = factory.Sequence(lambda number: f"person{number}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(kwargs.pop("email"), PASSWORD, **kwargs)

    @factory.post_generation  # type: ignore[untyped-decorator]
    def verified(self: User, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create:
            EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=extracted is not False)


def found(user: User, name: str, slug: str, scheme: str = "standard") -> Membership:
    """The user creates an organization and owns it."""
    return create_organization(actor=acting(user), user=user, name=name, slug=slug, scheme=scheme)


def role_of(organization: Organization, key: str) -> Role:
    return Role.objects.of(organization).get(key=key)


def offer(by: Membership, email: str, role: str = "member", days: int = 7) -> Invitation:
    """One invitation, as the member sends it; a ValidationError says why there is none."""
    organization = by.organization
    outcome = invite(
        actor=acting(by), organization=organization, addresses=[email], role=role_of(organization, role), days=days
    )
    if outcome.passed_over:
        raise ValidationError(outcome.passed_over[0].reason, code=outcome.passed_over[0].code)
    return outcome.done[0]


def join(by: Membership, user: User, role: str = "member") -> Membership:
    """The user is invited by the member, and accepts."""
    invitation = offer(by, user.email, role)
    return accept(actor=invitee(user), user=user, invitation=invitation, version=invitation.version)


def acting(who: Membership | User) -> Actor:
    """The actor of someone who acts here, with what they hold at this moment, or of someone outside of everything."""
    if isinstance(who, User):
        kind = ActorKind.STAFF if who.is_staff else ActorKind.MEMBER
        return Actor(kind=kind, label=who.label, id=who.pk)
    return Membership.objects.select_related("role").get(pk=who.pk).as_actor(timezone.now())


def invitee(user: User | None, email: str = "") -> Actor:
    if user is None:
        return Actor(kind=ActorKind.INVITEE, label=email)
    return Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk)


def deactivate(membership: Membership) -> None:
    """End the membership's access without asking anybody, with its counters."""
    Membership.objects.filter(pk=membership.pk).update(status=MembershipStatus.DEACTIVATED)
    count_again(membership.organization)


def give_role(membership: Membership, key: str | None) -> None:
    """Give another role without asking anybody, with the counters."""
    found = Membership.objects.select_related("role", "organization").get(pk=membership.pk)
    organization = found.organization
    organization.count_out(found)
    found.take_role(role_of(organization, key) if key else None)
    organization.count_in(found)
    found.save(update_fields=["role", "owns", "sole_owner"])
    organization.save_counters()


def count_again(organization: Organization | None = None) -> None:
    """Make the counters true after rows were written around the actions, in this organization or in all."""
    for one in [organization] if organization else Organization.objects.all():
        recount(actor=SYSTEM, organization=one)


def end_at(membership: Membership, moment: Any) -> None:
    """Set when the membership's access ends without asking anybody."""
    Membership.objects.filter(pk=membership.pk).update(ends_at=moment)
    Organization.objects.filter(pk=membership.organization_id).update(settles_at=moment)


def crowd(organization: Organization, size: int) -> None:
    """That many more members, pending invitations and events, written at once."""
    member = role_of(organization, "member")
    now = timezone.now()
    first = organization.memberships.count()
    users = User.objects.bulk_create(
        [
            User(name=f"Crowd {number:06}", email=f"crowd{number}.{organization.slug}@example.org")
            for number in range(first, first + size)
        ]
    )
    people = Membership.objects.bulk_create(
        [
            Membership(
                organization=organization,
                user=user,
                role=member,
                source=MembershipSource.INVITATION,
                name=user.name,
                email=user.email,
                sort_name=sort_name(user.name, user.email),
            )
            for user in users
        ]
    )
    MembershipText.objects.bulk_create([one.as_text() for one in people])
    pending(organization, size, ends=now + timedelta(days=7), start=f"asked{first}.")
    entries = [
        Entry(
            kind=MEMBER_JOINED,
            actor=Actor(kind=ActorKind.INVITEE, label=user.label, id=user.pk),
            chain=organization.pk,
            target_id=user.pk,
            target_label=user.label,
            before={},
            after={"role": "Member", "source": "invitation"},
            batch=None,
            where=Origin(),
        )
        for user in users
    ]
    chain = Chain.objects.get(id=organization.pk)
    write(entries, {chain.pk: chain}, now)
    chain.save()
    count_again(organization)


def pending(organization: Organization, count: int, *, ends: Any, start: str = "pending") -> list[Invitation]:
    """That many pending invitations that end then, written at once."""
    role = role_of(organization, "member")
    made = Invitation.objects.bulk_create(
        [
            Invitation(
                organization=organization,
                email=f"{start}{number}@example.org",
                role=role,
                inviter_label="Grace Okafor",
                expires_at=ends,
            )
            for number in range(count)
        ]
    )
    Organization.objects.filter(pk=organization.pk).update(settles_at=ends)
    count_again(organization)
    return made
