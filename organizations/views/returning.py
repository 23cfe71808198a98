"""Back to the members table as somebody left it: its filters, order and page outlive what is done to one person."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from organizations.models import Organization

_TABLE = "members_table"


def remember_table(request: HttpRequest, organization: Organization, query: str) -> None:
    """Keep the address of the table that is looked at, for this browser; one is kept, of the organization seen last."""
    seen = [organization.slug, query]
    if request.session.get(_TABLE, [organization.slug, ""]) != seen:
        request.session[_TABLE] = seen


def members_url(request: HttpRequest, organization: Organization) -> str:
    """The members table of this organization, as it was left."""
    slug, query = request.session.get(_TABLE, ["", ""])
    table = reverse("team:members", args=[organization.slug])
    return f"{table}?{query}" if query and slug == organization.slug else table
