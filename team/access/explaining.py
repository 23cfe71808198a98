"""May this member do that, and why: the chain from the account to the organization's approval.

It agrees with `organizations.access.may` in every case; that one answers fast, this one says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from audit.actors import Actor, ActorKind
from organizations.models import Group, GroupPlace, MembershipSource, MembershipStatus
from organizations.permissions import Scope
from organizations.policies import holds, may_open_for_edit, may_set_curators, may_touch
from organizations.reaching import scope_of, who_has_it
from team.access.answers import Explanation, Link, Mend
from team.access.subjects import Subject, is_about_oneself, sees_group
from team.access.words import named, spoken

NAMED_GROUPS = 5


def explain(
    subject: Subject, permission: str, group: Group | None = None, *, at: datetime, reader: Actor
) -> Explanation:
    """Whether the subject holds the permission, in the whole organization or in that group, and why.

    `reader`: who will read it; groups that they may not know of are not named, and a member is led to what they may
    change.
    """
    asked = _Question(subject, permission, group, at, reader)
    links: list[Link] = []
    for link in asked.links():
        links.append(link)
        if link.holds is False:
            break
    broken = links[-1].holds is False
    reached = asked.groups_reached() if group is None and not broken and not asked.everywhere else []
    allowed = not broken and not reached
    who, what = subject.membership.label, spoken(permission, subject.membership.organization.rules)
    where = f" in {group}" if group else ""
    if allowed:
        sentence = f"Yes, {who} can {what}{where}."
    elif reached:
        sentence = f"Yes, in {asked.names(reached)}. Nowhere else."
    else:
        sentence = f"No, {who} cannot {what}{where}."
    return Explanation(allowed, sentence, tuple(links), in_groups=bool(reached))


def what_stops(subject: Subject, *, at: datetime, reader: Actor) -> Link | None:
    """The link that keeps the subject from everything here, whatever is asked; None where nothing does."""
    asked = _Question(subject, "", None, at, reader)
    links = (asked.account(), *asked.standing(), *asked.role())
    return next((link for link in links if link.holds is False), None)


class _Question:
    """One question, and its links in their order. Each may take for granted that those before it hold."""

    def __init__(self, subject: Subject, permission: str, group: Group | None, at: datetime, reader: Actor) -> None:
        self.subject = subject
        self.membership = subject.membership
        self.organization = subject.membership.organization
        self.permission = permission
        self.group = group
        self.at = at
        self.reader = reader
        role = self.membership.role
        scope = scope_of(role.grant_set, permission) if role else None
        self.everywhere = scope is Scope.ORGANIZATION
        self.by_belonging = scope is Scope.GROUPS
        self.by_curating = scope is Scope.CURATED

    def links(self) -> Iterator[Link]:
        yield self.account()
        yield from self.standing()
        yield from self.role()
        yield self.grant()
        if self.group is not None:
            yield self.place(self.group)
        elif not self.everywhere:
            yield self.places()
        yield from self.approval()

    def account(self) -> Link:
        address = self.membership.email
        if not self.membership.user.is_active:
            return Link(False, "Account", "is not active", small=f"{address}. Whoever runs Roster can say why.")
        said = "is active, address verified" if self.subject.verified else "is active, address not verified yet"
        return Link(True, "Account", said, small=address)

    def standing(self) -> Iterator[Link]:
        member, organization = self.membership, self.organization
        ended = member.ends_at is not None and member.ends_at <= self.at
        if member.status != MembershipStatus.ACTIVE:
            said = f"of {organization} was deactivated"
            if ended:
                yield Link(False, "Membership", said, when="Access ended on", at=member.ends_at)
            else:
                yield Link(False, "Membership", said, small="Reactivating gives back what the role grants.")
            return
        end = "" if member.ends_at else "No end date."
        yield Link(
            True, "Membership", f"of {organization} is active", small=f"{self._came()} {end}".strip(),
            when="Since", at=member.joined_at,
        )  # fmt: skip
        if member.ends_at:
            if ended:
                yield Link(False, "End date", "has passed", when="Access ended on", at=member.ends_at)
            else:
                yield Link(True, "End date", "is not reached", when="Access ends on", at=member.ends_at)
        if not organization.two_factor_required:
            state = "It is on." if member.two_factor else "It is off."
            yield Link(True, "Two-factor", f"is not required by {organization}", small=state)
        elif member.two_factor:
            yield Link(True, "Two-factor", f"is on, as {organization} requires")
        else:
            mends = (Mend("set one up", reverse("mfa_index")),) if self._is_own else ()
            small = "Access returns as soon as one is set up."
            yield Link(False, "Two-factor", f"is off, and {organization} requires it", small=small, mends=mends)

    def role(self) -> Iterator[Link]:
        role = self.membership.role
        if role is None:
            small = "Without a role nothing is granted."
            yield Link(False, "Role", "has not been given", small=small, mends=tuple(self._other_role("give a role")))
            return
        yield Link(True, "Role", role.label, small=role.description)
        if not role.signs_in:
            small = "Its holders act through other software; no page opens for them."
            yield Link(None, "Browser", "is not for this role", small=small)

    def grant(self) -> Link:
        scopes = []
        if self.everywhere:
            scopes = ["in the whole organization"]
        elif self.by_belonging:
            scopes = [f"in the groups that {self.membership.label} belongs to"]
        elif self.by_curating:
            scopes = [f"in the groups that {self.membership.label} curates"]
        if scopes:
            return Link(True, "Grant", scopes[0], code=self.permission, small="From the role.")
        if not self.organization.rules.knows(self.permission):
            said = f"is no permission in {self.organization}"
            return Link(False, "Grant", said, code=self.permission, small="Its role scheme does not know it.")
        mends, small = tuple(self._mended_role()), who_has_it(self.subject.roles, self.permission)
        return Link(False, "Grant", "is not in this role", code=self.permission, small=small, mends=mends)

    def place(self, group: Group) -> Link:
        """Whether the grant reaches the group that was asked about."""
        if group.organization_id != self.organization.pk:
            return Link(False, "Group", f"{group} is one of another organization")
        if self.everywhere:
            return Link(True, "Group", f"{group}, as the grant reaches every group")
        places = self.subject.in_groups
        belongs, curates = group.pk in places.belongs_to, group.pk in places.curates
        label = self.membership.label
        if self.by_belonging:
            if belongs:
                return self._place_of(group, "is curated by" if curates else "is a group of")
            return Link(False, "Group", f"{group} is no group of {label}", mends=self._mended_group(group))
        if curates:
            return self._place_of(group, "is curated by")
        said = f"{group} is not curated by {label}"
        small = f"{label} belongs to it." if belongs else ""
        return Link(False, "Group", said, small=small, mends=self._mended_group(group))

    def places(self) -> Link:
        """Where a grant by group reaches, asked about the whole organization."""
        reached = self.groups_reached()
        verb = "belongs to" if self.by_belonging else "curates"
        if not reached:
            return Link(False, "Group", f"{self.membership.label} {verb} none")
        return Link(
            True,
            "Group",
            f"{self.membership.label} {verb} {self.names(reached)}",
            small="The grant reaches no further.",
        )

    def approval(self) -> Iterator[Link]:
        organization = self.organization
        if self.permission not in organization.rules.production:
            return
        if organization.production_approved_at:
            yield Link(
                True, "Organization", f"{organization} is approved for production",
                when="Needed for this permission; approved on", at=organization.production_approved_at,
            )  # fmt: skip
        else:
            small = "This permission waits for it. Whoever runs Roster gives the approval."
            yield Link(False, "Organization", f"{organization} is not approved for production yet", small=small)

    def groups_reached(self) -> list[GroupPlace]:
        if not (self.by_belonging or self.by_curating):
            return []
        return [place for place in self.subject.places if self.by_belonging or place.curates]

    def names(self, places: list[GroupPlace]) -> str:
        """Five at most, and only those that the reader may know of."""
        known = [place.group.name for place in places if self._is_own or sees_group(self.reader, place.group)]
        hidden = len(places) - len(known)
        if not known:
            return "1 group" if hidden == 1 else f"{hidden} groups"
        if not hidden:
            return named(known, NAMED_GROUPS)
        shown = known[:NAMED_GROUPS]
        return f"{', '.join(shown)} and {len(places) - len(shown)} more"

    @property
    def _is_own(self) -> bool:
        return is_about_oneself(self.reader, self.membership)

    def _came(self) -> str:
        if self.membership.source == MembershipSource.FOUNDED:
            return "Created the organization."
        if self.subject.inviter:
            return f"Accepted an invitation by {self.subject.inviter}."
        return f"{self.membership.get_source_display()}."

    def _place_of(self, group: Group, how: str) -> Link:
        place = next(place for place in self.subject.places if place.group_id == group.pk)
        return Link(True, "Group", f"{group} {how} {self.membership.label}", when="Since", at=place.since)

    @property
    def _may_lead(self) -> bool:
        """Whether the reader is a member with pages to be led to, and not the one whom the question is about."""
        return self.reader.kind is ActorKind.MEMBER and not self._is_own

    def _mended_role(self) -> Iterator[Mend]:
        yield from self._other_role("give another role")
        role = self.membership.role
        if (
            role is not None
            and self._may_lead
            and may_open_for_edit(self.reader, role)
            and holds(self.reader, self.permission)
        ):
            url = reverse("organizations:role_edit", args=[self.organization.slug, role.pk])
            yield Mend(f"edit {role.label}", url)

    def _other_role(self, text: str) -> Iterator[Mend]:
        if self._may_lead and holds(self.reader, "roles.assign") and may_touch(self.reader, self.membership):
            yield Mend(text, reverse("organizations:change_role", args=[self.organization.slug, self.membership.pk]))

    def _mended_group(self, group: Group) -> tuple[Mend, ...]:
        """The group's own page, for whoever may put people into it or let them curate."""
        may = holds(self.reader, "groups.update", group) if self.by_belonging else may_set_curators(self.reader, group)
        if not (self._may_lead and may and sees_group(self.reader, group)):
            return ()
        return (Mend(f"open {group}", reverse("organizations:group", args=[self.organization.slug, group.pk])),)
