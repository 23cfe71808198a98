"""One person of an organization: who they are here, what they may do and why, and what changed about them."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from audit.models import Event
from organizations.models import GroupPlace
from organizations.policies import holds, may_edit_details, may_reactivate, may_set_end
from organizations.views.extension_notice import build_notice
from team.access.explaining import what_stops
from team.access.subjects import Subject, load_subject, roles_of, sees_group
from team.access.summary import what_they_may_do
from team.event_pages import Line, latest_lines
from team.forms import WhatForm
from team.person_items import About, arranges_groups, items_of_page, once
from team.views.person_base import AnyPersonMixin

LATEST = 6
GROUPS = 12


class PersonView(AnyPersonMixin, TemplateView):
    """Opens for whoever reads members, and for oneself."""

    template_name = "team/person.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = load_subject(self.person, roles_of(self.organization), reader=self.actor)
        places = self._known(subject)
        sees_log = holds(self.actor, "audit_log.read")
        about = About(self.actor, self.person, self.now, self.other_owners, subject.places)
        return super().get_context_data(
            person=self.person,
            subject=subject,
            own=self.is_own,
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
            arranges_groups=arranges_groups(self.actor),
            groups_count=len(places),
            form=WhatForm(organization=self.organization, reader=self.actor),
            events=self._latest_changes() if sees_log or self.is_own else [],
            sees_history=sees_log or self.is_own,
            sees_members=holds(self.actor, "members.read"),
            sees_roles=holds(self.actor, "roles.read"),
            items=once(items_of_page(about)),
            reactivates=self.person.status == "deactivated" and may_reactivate(self.actor, self.person, self.now),
            edits=may_edit_details(self.actor, self.person),
            sets_end=may_set_end(self.actor, self.person, self.now if self.person.owns else None, self.now),
            mends=holds(self.actor, "members.update") and not self.is_own,
            notice=build_notice(self.actor, self.person, self.now),
            **kwargs,
        )

    def _known(self, subject: Subject) -> list[GroupPlace]:
        """The places in groups that the reader may know of, those curated first."""
        places = [place for place in subject.places if self.is_own or sees_group(self.actor, place.group)]
        return sorted(places, key=lambda place: not place.curates)

    def _latest_changes(self) -> list[Line]:
        about = Event.objects.filter(chain_id=self.organization.pk, target_id=self.person.user_id)
        return latest_lines(about, LATEST)
