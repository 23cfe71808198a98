"""Back to the members table as somebody left it: its filters, order and page outlive what is done to one person."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

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


def leads_inside(path: str, organization: Organization) -> bool:
    """Whether that address, from a form or a link, is of a page of this organization."""
    inside = path.startswith(f"/o/{organization.slug}/") and "/.." not in path.partition("?")[0]
    return inside and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
