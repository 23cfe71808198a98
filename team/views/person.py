"""One person of an organization: who they are here, what they may do and why, and what changed about them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.views.generic import TemplateView

from audit.models import Event
from organizations.models import GroupPlace, Membership
from organizations.policies import Decision, holds, may_touch, no
from organizations.views.base import OrganizationMixin
from team.access.explaining import what_stops
from team.access.finding import person_by_id
from team.access.subjects import Subject, is_about_oneself, load_subject, roles_of, sees_group
from team.access.summary import what_they_may_do
from team.forms import WhatForm
from team.sentences import icon, sentence

LATEST = 6
GROUPS = 12


class PersonView(OrganizationMixin, TemplateView):
    """Opens for whoever reads members, and for oneself."""

    permission = "members.read"
    section = "team:members"
    page_name = "the page of another person"
    template_name = "team/person.html"

    def has_permission(self) -> bool:
        return bool(holds(self.actor, self.permission) or (self._is_own and holds(self.actor, "organization.read")))

    @property
    def missing(self) -> str:
        return "organization.read" if self._is_own else self.permission

    @property
    def _is_own(self) -> bool:
        return bool(self.kwargs["membership"] == self.membership.pk)

    @cached_property
    def person(self) -> Membership:
        found = person_by_id(self.organization, self.kwargs["membership"].hex)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = load_subject(self.person, roles_of(self.organization), reader=self.actor)
        places = self._known(subject)
        own = is_about_oneself(self.actor, self.person)
        return super().get_context_data(
            person=self.person,
            subject=subject,
            own=own,
            is_active=self.person.is_active_at(self.now),
            stopped=what_stops(subject, at=self.now, reader=self.actor),
            parts=what_they_may_do(
                subject,
                [place.group.name for place in places],
                [place.group.name for place in places if place.curates],
            ),
            places=places[:GROUPS],
            more_places=max(0, len(places) - GROUPS),
            opens_groups=holds(self.actor, "groups.read") or "groups.read@groups" in self.actor.grants,
            form=WhatForm(organization=self.organization, reader=self.actor),
            events=self._latest_changes(),
            sees_log=holds(self.actor, "audit_log.read"),
            sees_members=holds(self.actor, "members.read"),
            sees_roles=holds(self.actor, "roles.read"),
            change=self._may_change_role(),
            may_assign=holds(self.actor, "roles.assign"),
            **kwargs,
        )

    def _known(self, subject: Subject) -> list[GroupPlace]:
        """The places in groups that the reader may know of, those curated first."""
        own = is_about_oneself(self.actor, self.person)
        places = [place for place in subject.places if own or sees_group(self.actor, place.group)]
        return sorted(places, key=lambda place: not place.curates)

    def _latest_changes(self) -> list[tuple[Event, str, str]]:
        if not holds(self.actor, "audit_log.read"):
            return []
        about = Event.objects.filter(chain_id=self.organization.pk, target_id=self.person.user_id)
        return [(event, sentence(event), icon(event)) for event in about.order_by("-number")[:LATEST]]

    def _may_change_role(self) -> Decision:
        """Whether the page that changes the role has anything to offer; it asks for the rest itself."""
        if is_about_oneself(self.actor, self.person):
            return no("Nobody changes their own role. Ask someone else who may.", "own_role")
        role = self.person.role
        if role is not None and not role.by_hand:
            return no(f"{role.label} is not given or taken by hand.", "not_by_hand")
        return may_touch(self.actor, self.person)
