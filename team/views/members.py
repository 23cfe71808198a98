"""The members table: people who belong, and those who are invited, in one place."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from invitations.models import Invitation
from mail.models import Mail
from mail.outbox import latest
from organizations.models import Membership
from organizations.policies import holds, may_touch
from organizations.views.base import OrganizationMixin
from organizations.views.by_name import PageByName, page_by_name

ROWS = 36  # with ten pending above them, 60 kB
PENDING_ROWS = 10
LONGEST_SEARCH = 100


class MembersView(OrganizationMixin, TemplateView):
    """Pending people first, at most ten; then everyone by name, a page found by index and not by counting."""

    permission = "members.read"
    section = "team:members"
    page_name = "the members"

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "members"
        return ["team/members.html#members" if asked else "team/members.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        search = self.request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        pending = self._pending(search)
        page = self._people(search)
        self.may_assign = bool(holds(self.actor, "roles.assign"))
        return super().get_context_data(
            search=search,
            pending=pending[:PENDING_ROWS],
            more_pending=len(pending) > PENDING_ROWS,
            people=[self._row(person) for person in page.people],
            said=f"{len(page.people)} shown"
            if search
            else f"{len(page.people)} of {self.organization.members_count:,}",
            nothing=f"No one here matches “{search}”." if search else "There is nobody on this page.",
            next_url=page.next_url,
            previous_url=page.previous_url,
            may_invite=holds(self.actor, "invitations.create"),
            may_resend=holds(self.actor, "invitations.update"),
            may_revoke=holds(self.actor, "invitations.delete"),
            **kwargs,
        )

    def _pending(self, search: str) -> list[tuple[Invitation, Mail | None]]:
        if (
            self.request.GET.get("after")
            or self.request.GET.get("before")
            or "invitations.read" not in self.actor.grants
        ):
            return []
        rows = self.organization.invitations.pending(self.now).select_related("role").newest_first()
        if search:
            rows = rows.filter(email__icontains=search)
        found = list(rows[: PENDING_ROWS + 1])
        mails = latest([row.mail_key for row in found])
        return [(row, mails.get(row.mail_key)) for row in found]

    def _people(self, search: str) -> PageByName:
        rows = self.organization.memberships.select_related("role")
        return page_by_name(self.request.GET, rows.matching(search) if search else rows, ROWS)

    def _row(self, person: Membership) -> tuple[Membership, bool, bool]:
        """A person with whether their access is active, and whether their role is a control for who looks."""
        person.organization = self.organization
        own = person.pk == self.membership.pk
        by_hand = person.role is None or person.role.by_hand
        changes = self.may_assign and not own and by_hand and not person.sole_owner
        return person, person.is_active_at(self.now), bool(changes and may_touch(self.actor, person))
