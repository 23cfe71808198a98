"""What can be done about one person, as the items of a menu: each leads to its page, or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode

from audit.actors import Actor
from organizations import policies
from organizations.models import GroupPlace, Membership
from organizations.policies import Decision
from organizations.views.people.places import known_to


@dataclass(frozen=True)
class Item:
    """`reason` is why it may not be pressed; `apart` begins a part of the menu. `count` stands at the right."""

    label: str
    icon: str
    url: str
    reason: str = ""
    count: int | None = None
    dialog: bool = False
    danger: bool = False
    apart: bool = False


@dataclass(frozen=True)
class About:
    """Whom the menu is about, to whom it is shown and when; `table` is the page of the members that it leads back to.

    `places` are the person's in groups, those that the actor may know of and those that they may not.
    """

    actor: Actor
    person: Membership
    at: datetime
    other_owners: int
    places: Sequence[GroupPlace]
    table: str = ""

    @property
    def is_own(self) -> bool:
        return self.actor.membership_id == self.person.pk

    def url(self, name: str) -> str:
        page = reverse(name, args=[self.person.organization.slug, self.person.pk])
        return f"{page}?{urlencode({'next': self.table})}" if self.table else page


def items_of_row(about: About) -> list[Item]:
    """For the menu of a row, where the role is a control of its own."""
    page = reverse("team:person", args=[about.person.organization.slug, about.person.pk])
    return [Item("Open", "user", page), *(_own(about) if about.is_own else _of_another(about))]


def items_of_page(about: About) -> list[Item]:
    """For the person's own page, which shows the role and not the control."""
    return [*_role(about), *(_own(about) if about.is_own else _of_another(about))]


def _own(about: About) -> Iterator[Item]:
    slug = about.person.organization.slug
    yield Item("Your profile", "user-circle", reverse("accounts:profile"))
    yield Item("Edit your details here", "pencil", about.url("organizations:person_edit"))
    if arranges_groups(about.actor):
        yield Item(
            "Groups",
            "users-group",
            about.url("organizations:person_groups"),
            count=len(known_to(about.actor, about.places)),
        )
    leave = policies.may_leave(about.actor, about.person, about.other_owners)
    yield Item(
        f"Leave {about.person.organization}",
        "logout",
        reverse("organizations:leave", args=[slug]),
        leave.reason,
        dialog=True,
        danger=True,
        apart=True,
    )


def _of_another(about: About) -> Iterator[Item]:
    actor, person = about.actor, about.person
    updates = policies.holds(actor, "members.update")
    if updates:
        edit = policies.may_edit_details(actor, person)
        yield Item("Edit details", "pencil", about.url("organizations:person_edit"), edit.reason)
    if arranges_groups(actor):
        yield Item(
            "Groups",
            "users-group",
            about.url("organizations:person_groups"),
            count=len(known_to(about.actor, about.places)),
        )
    if updates:
        end = policies.may_set_end(actor, person, about.at if person.owns else None, about.at)
        yield Item("Set end of access", "clock", about.url("organizations:person_end"), end.reason)
        reset = policies.may_send_reset(actor, person)
        page = about.url("organizations:person_password_reset")
        yield Item("Send a password reset", "key", page, reset.reason, dialog=True)
        touch = policies.may_touch(actor, person)
        yield Item("Address and second factor", "shield-lock", about.url("organizations:person_sign_in"), touch.reason)
        yield _standing(about)
    if policies.holds(actor, "members.delete"):
        remove = policies.may_remove(actor, person, about.other_owners)
        page, label = about.url("organizations:person_remove"), f"Remove from {person.organization}"
        yield Item(label, "user-minus", page, remove.reason, dialog=True, danger=True, apart=not updates)


def _groups(about: About) -> Item:
    known = known_to(about.actor, about.places)
    return Item("Groups", "users-group", about.url("organizations:person_groups"), count=len(known))


def _standing(about: About) -> Item:
    """Deactivate, or reactivate."""
    actor, person = about.actor, about.person
    if person.is_active_at(about.at):
        decision = policies.may_deactivate(actor, person, about.other_owners)
        page = about.url("organizations:person_deactivate")
        return Item("Deactivate", "ban", page, decision.reason, dialog=True, apart=True)
    decision = policies.may_reactivate(actor, person, about.at)
    if decision and person.takes_seat:
        decision = policies.has_seats(person.organization, 1)
    page = about.url("organizations:person_reactivate")
    return Item("Reactivate", "user-check", page, decision.reason, dialog=True, apart=True)


def _role(about: About) -> Iterator[Item]:
    if policies.holds(about.actor, "roles.assign"):
        page = about.url("organizations:change_role")
        yield Item("Change role", "shield-lock", page, may_change_role(about.actor, about.person).reason)


def may_change_role(actor: Actor, person: Membership) -> Decision:
    """Whether the page that changes the role has anything to offer; it asks for the rest itself."""
    if actor.membership_id == person.pk:
        return policies.no("Nobody changes their own role. Ask someone else who may.", "own_role")
    if person.role is not None and not person.role.by_hand:
        return policies.no(f"{person.role.label} is not given or taken by hand.", "not_by_hand")
    return policies.may_touch(actor, person)


def once(items: Sequence[Item]) -> list[tuple[Item, bool]]:
    """Each item, with whether its reason is said there: a reason that several share is said with the first."""
    said: set[str] = set()
    found = []
    for item in items:
        found.append((item, item.reason not in said))
        said.add(item.reason)
    return found


def arranges_groups(actor: Actor) -> bool:
    """Whether the actor may change the people of any group."""
    return any(grant.partition("@")[0] == "groups.update" for grant in actor.grants)
