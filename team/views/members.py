"""The members table: people who belong, and those who are invited, in one place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.views.generic import TemplateView

from invitations.models import Invitation
from mail.models import Mail
from mail.outbox import latest
from organizations.models import Membership
from organizations.policies import holds
from organizations.views.base import OrganizationMixin

ROWS = 40  # with ten pending above them, 60 kB
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
        people, older, newer = self._people(search)
        return super().get_context_data(
            search=search,
            pending=pending[:PENDING_ROWS],
            more_pending=len(pending) > PENDING_ROWS,
            people=[(person, person.is_active_at(self.now)) for person in people],
            said=f"{len(people)} shown" if search else f"{len(people)} of {self.organization.members_count:,}",
            nothing=f"No one here matches “{search}”." if search else "There is nobody on this page.",
            next_url=self._url("after", older),
            previous_url=self._url("before", newer),
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

    def _people(self, search: str) -> tuple[list[Membership], str, str]:
        """One page of people, and the places where the next and the previous page begin ('' for none)."""
        rows = self.organization.memberships.select_related("role")
        if search:
            rows = rows.matching(search)
        if place := self._place("before"):
            found = list(rows.before(*place)[: ROWS + 1])
            more, page = len(found) > ROWS, found[:ROWS][::-1]
            return page, _mark(page[-1:]), _mark(page[:1]) if more else ""
        place = self._place("after")
        found = list((rows.after(*place) if place else rows.by_name())[: ROWS + 1])
        more, page = len(found) > ROWS, found[:ROWS]
        return page, _mark(page[-1:]) if more else "", _mark(page[:1]) if place else ""

    def _url(self, direction: str, mark: str) -> str:
        """This list from that place on, with its search; '' where there is no such page."""
        if not mark:
            return ""
        query = self.request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        query[direction] = mark
        return f"?{query.urlencode()}"

    def _place(self, name: str) -> tuple[str, UUID] | None:
        """A place in the order by name, from the URL; one that is none is the beginning."""
        key, _, text = self.request.GET.get(name, "").replace("\x00", "").partition("~")
        try:
            return text, UUID(hex=key)
        except ValueError:
            return None


def _mark(rows: list[Membership]) -> str:
    return f"{rows[0].pk.hex}~{rows[0].sort_name}" if rows else ""
