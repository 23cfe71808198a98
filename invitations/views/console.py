"""What becomes of the invitations that are out."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.views.generic import ListView

from invitations.bulk.many_deeds import DEEDS
from invitations.bulk.under_way import under_way
from invitations.models import Invitation
from invitations.querysets import InvitationQuerySet
from invitations.tabs import Count, Shown, Tab, counts, place_of
from mail.outbox import latest
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.bar import Bar

ROWS = 40
_WHEN_LISTED = {
    Tab.PENDING: "Invitations stand here until they are answered or end.",
    Tab.FAILED: "Every mail with an invitation that is open went out, or is on its way.",
    Tab.ACCEPTED: "Invitations stand here once somebody has joined with them.",
    Tab.DECLINED: "Invitations stand here once somebody has turned them down.",
    Tab.REVOKED: "Invitations stand here once somebody in the organization has withdrawn them.",
    Tab.EXPIRED: "Invitations stand here once their time is over and nobody has answered.",
}
# What can be done with those on a tab; one that was answered is what it is.
_DEEDS = {
    Tab.PENDING: ("resend", "extend", "revoke"),
    Tab.FAILED: ("resend", "extend", "revoke"),
    Tab.EXPIRED: ("resend",),
}


class ListInvitationsView(OrganizationMixin, ListView[Invitation]):
    """The invitations of one tab, newest first, each with what became of its mail."""

    permission = "invitations.read"
    section = "invitations:list"
    page_name = "the invitations"
    template_name = "invitations/invitation_list.html"
    context_object_name = "invitations"

    def get_queryset(self) -> InvitationQuerySet:
        self.shown = Shown.parse(self.request.GET)
        self.place = place_of(self.request.GET.get("before", ""))
        rows = self.shown.rows(self.organization, self.now).select_related("role").newest_first()
        return (rows.before(self.place) if self.place else rows)[: ROWS + 1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = list(context["invitations"])
        rows = found[:ROWS]
        shown, tab, counted = self.shown, self.shown.tab, counts(self.organization, self.now)
        mails = latest([row.mail_key for row in rows]) if tab in (Tab.PENDING, Tab.FAILED) else {}
        return context | {
            "rows": [(row, row.status_at(self.now), mails.get(row.mail_key)) for row in rows],
            "shown": shown,
            "tabs": [(one, counted[one.value]) for one in Tab],
            "failed": counted[Tab.FAILED.value],
            "nothing": f"No {tab.label.lower()} invitations" if tab is not Tab.FAILED else "No mail failed",
            "nothing_yet": _WHEN_LISTED[tab],
            "said": f"{len(rows)} shown",
            "next_url": f"?{shown.query}&before={rows[-1].pk.hex}" if len(found) > ROWS else "",
            "previous_url": f"?{shown.query}" if self.place else "",
            "may_invite": (may_invite := holds(self.actor, "invitations.create")),
            "may_resend": holds(self.actor, "invitations.update"),
            "requests": self.organization.join_requests.pending().count() if may_invite else 0,
            "begins": may_invite and tab is Tab.PENDING and not rows and not shown.q,
            "bar": self._bar(counted[tab.value]),
            "under_way": under_way(self.organization, self.membership.user),
        }

    def _bar(self, count: Count) -> Bar | None:
        """None where nothing can be done with several of these, or not by this person."""
        offered = _DEEDS.get(self.shown.tab, ())
        deeds = [deed for deed in DEEDS if deed.key in offered and holds(self.actor, deed.permission)]
        if not deeds:
            return None
        return Bar(
            label="Selected invitations",
            key=f"{self.organization.pk}:invitations:{self.shown.query}",
            action=reverse("invitations:many", args=[self.organization.slug]),
            deeds=deeds,
            query=self.shown.query,
            here=self.request.get_full_path(),
            matching=None if count.more or self.shown.q else count.number,
        )
