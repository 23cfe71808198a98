"""What the pages about one person have in common."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from organizations import policies
from organizations.models import Membership
from organizations.views.base import OrganizationMixin


class PersonMixin(OrganizationMixin):
    """`person` is the one of the URL, with role and account. `back_url` is where the page was opened from."""

    permission = "members.update"
    section = "team:members"

    kwargs: dict[str, Any]

    @cached_property
    def person(self) -> Membership:
        rows = self.organization.memberships.select_related("role", "user")
        found: Membership = get_object_or_404(rows, pk=self.kwargs["membership"])
        found.organization = self.organization
        return found

    @property
    def is_own(self) -> bool:
        return bool(self.kwargs["membership"] == self.membership.pk)

    @cached_property
    def other_owners(self) -> int:
        """How many can act as owners besides this person; only counted where it matters."""
        if not self.person.owns:
            return 0
        return self.organization.memberships.owners(self.now).exclude(pk=self.person.pk).count()

    @property
    def table_url(self) -> str:
        """The members table as it was left, where the page was opened from there; else ''."""
        asked = self.request.GET.get("next", "")
        table = reverse("team:members", args=[self.organization.slug])
        return asked if asked == table or asked.startswith(f"{table}?") else ""

    @property
    def back_url(self) -> str:
        slug = self.organization.slug
        if self.table_url:
            return self.table_url
        if self.is_own or policies.holds(self.actor, "members.read"):
            return reverse("team:person", args=[slug, self.kwargs["membership"]])
        return reverse("team:overview", args=[slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "person": self.person,
            "own": self.is_own,
            "action": self.request.get_full_path(),
            "cancel_url": self.back_url,
            "sees_members": policies.holds(self.actor, "members.read"),
        }
        return super().get_context_data(**context | kwargs)

    def back(self, said: str = "", level: int = messages.SUCCESS) -> HttpResponse:
        """Where the page was opened from, with one sentence of what happened."""
        if said:
            messages.add_message(self.request, level, said)
        return redirect(self.back_url)


class OwnOrUpdateMixin(PersonMixin):
    """Opens for oneself, and for whoever may change members."""

    def has_permission(self) -> bool:
        return bool(policies.holds(self.actor, self.missing))

    @property
    def missing(self) -> str:
        return "organization.read" if self.is_own else self.permission
