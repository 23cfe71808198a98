"""The members table: people who belong, and those who are invited, in one place."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.http import urlencode
from django.views.generic import TemplateView

from invitations.models import Invitation
from mail.models import Mail
from organizations.bulk.open_jobs import open_jobs
from organizations.bulk.reports import people
from organizations.member_filters import Filters, Listed
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.bar import build_bar
from organizations.views.returning import remember_table
from team.members.chips import chips
from team.members.listing import MOST_SORTED, Listing, list_people
from team.members.orders import Order, chosen, offered
from team.members.pending import list_pending
from team.members.rows import Rows
from team.members.tabs import Heads

LONGEST_PLACE = 300  # letters: an id and what the table is ordered by


class MembersView(OrganizationMixin, TemplateView):
    """Pending people first, at most ten; then everyone, a page found by index and not by counting."""

    permission = "members.read"
    section = "team:members"
    page_name = "the members"

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "members"
        return ["team/members.html#members" if asked else "team/members.html"]

    @cached_property
    def filters(self) -> Filters:
        return Filters.read(self.request.GET, self.organization, self.actor)

    @cached_property
    def order(self) -> Order:
        return chosen(self.filters, self.request.GET.get("order", ""))

    @cached_property
    def heads(self) -> Heads:
        return Heads(self.organization, sees_invitations=self.sees_invitations)

    @property
    def sees_invitations(self) -> bool:
        return "invitations.read" in self.actor.grants

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pending, more, listing = self._pending()
        if self.filters.status != Listed.PENDING:
            listing = list_people(self.request.GET, self.filters, self.order, self.organization, self.now)
        here = self._here()
        remember_table(self.request, self.organization, here)
        matching = listing.matching if not listing.cut else None
        bar = build_bar(
            self.organization,
            self.actor,
            query=self.filters.query(),
            here=f"{self.request.path}?{here}" if here else self.request.path,
            matching=matching if matching is not None else self.heads.members(self.filters),
        )
        shown = chips(self.filters, self.actor)
        rows = Rows(self.membership, self.actor, self.heads.roles, self.now)
        return super().get_context_data(
            filters=self.filters,
            is_narrowed=bool(self.filters.named or self.filters.q),
            query=self.filters.query(),
            rest=self.filters.without("q"),
            export=f"export.csv?{self.filters.query()}".rstrip("?"),
            tabs=self.heads.tabs(self.filters),
            chips=shown,
            on_count=sum(chip.off is not None for chip in shown),
            sorts=self._sorts(),
            rows=rows.render(listing.people, pending, picks=bar, **self._words(len(pending), more)),
            bar=bar if listing.people else None,
            jobs=open_jobs(self.organization, self.membership.user),
            saved=f"filters/?{urlencode({'query': self.filters.query()})}",
            anyone=bool(listing.people or pending),
            said=self._said(listing, len(pending)),
            notes=self._notes(listing),
            next_url=self._url(listing.next_query),
            previous_url=self._url(listing.previous_query),
            may_invite=holds(self.actor, "invitations.create"),
            **kwargs,
        )

    def _pending(self) -> tuple[list[tuple[Invitation, Mail | None]], bool, Listing]:
        if not self.sees_invitations:
            return [], False, Listing([], {}, {})
        return list_pending(self.request.GET, self.filters, self.organization, self.now)

    def _words(self, pending: int, more: bool) -> dict[str, Any]:
        """What the rows' bands and controls say."""
        alone = self.filters.status == Listed.PENDING
        waiting = self.heads.invited(self.filters) if not self.filters.search else None
        every = f"?{urlencode({'status': 'pending'} | ({'q': self.filters.q} if self.filters.q else {}))}"
        belonging = self.heads.members(self.filters)
        return {
            "waiting": f"{waiting:,}" if waiting is not None else str(pending) if not more else "",
            "pending_url": "../invitations/" if alone or not more else every,
            "pending_link": f"Show all {waiting:,}" if more and waiting else "Show all" if more else "Open invitations",
            "belonging": f"{belonging:,}" if belonging is not None else "",
            "changes_offers": holds(self.actor, "invitations.update") and holds(self.actor, "roles.read"),
            "menus": holds(self.actor, "invitations.update") or holds(self.actor, "invitations.delete"),
            "invitations": "../invitations/",
        }

    def _said(self, listing: Listing, pending: int) -> str:
        shown = len(listing.people)
        if self.filters.status == Listed.PENDING:
            return f"{pending} of {self.heads.invited(self.filters):,}"
        known = listing.matching if listing.matching is not None else self.heads.members(self.filters)
        if shown == known:
            return people(shown) if shown else ""
        if listing.matching is not None:
            start = listing.first or 0
            return f"{start} to {start + shown - 1} of {listing.matching:,}" if shown else ""
        return f"{shown} of {known:,}" if known is not None else f"{shown} shown"

    def _notes(self, listing: Listing) -> list[str]:
        """What the table does not show, and what to do about it."""
        notes = []
        if listing.cut:
            notes.append(f"More than {MOST_SORTED:,} people match. These are {MOST_SORTED:,} of them: narrow it down.")
        if self.filters.searches_beginnings(self.organization):
            notes.append("Among so many people, one or two letters are looked for where a name or an address begins.")
        return notes

    def _sorts(self) -> dict[str, dict[str, str]]:
        """For each order that is offered, where its heading leads and how the table is sorted by it now."""
        found = {}
        for name in offered(self.filters):
            current = self.order.key.removeprefix("-") == name
            key = self.order.opposite.key if current else (f"-{name}" if name in ("joined", "active") else name)
            sort = ("descending" if self.order.backwards else "ascending") if current else ""
            found[name] = {"url": self._url({"order": key}, ordered=False), "sort": sort}
        return found

    def _here(self) -> str:
        """The address of this page of the table, of what it knows alone; of the first page where it is too long."""
        known = {name: self.request.GET[name] for name in ("after", "before", "page") if name in self.request.GET}
        place = known if sum(map(len, known.values())) <= LONGEST_PLACE else {}
        return self._url(place or {"first": "1"}).removeprefix("?").strip("&")

    def _url(self, added: dict[str, str], *, ordered: bool = True) -> str:
        """This table with something added to its address; '' for nothing."""
        if not added:
            return ""
        order = {"order": self.order.key} if ordered and self.order.key != offered(self.filters)[0] else {}
        added = {name: value for name, value in added.items() if name != "first"}
        return "?" + "&".join(part for part in (self.filters.query(), urlencode(order | added)) if part)
