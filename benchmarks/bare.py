"""The page that Roster's are compared to: what a Django view costs that does hardly anything.

Signed in as any page is, it runs five queries and renders 50 plain rows with two links each through the ORM and a
template. A second one streams everyone as CSV without a thought for what stands in the cells.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from organizations.models import Group, Membership, Organization

ROWS = 50


@login_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Five queries: session and user (by the middleware), the organization, its groups, the people."""
    organization = Organization.objects.get(slug=slug)
    people = Membership.objects.filter(organization=organization).select_related("role").order_by("sort_name", "id")
    context = {
        "organization": organization,
        "groups": list(Group.objects.filter(organization=organization)[:20]),
        "people": people[:ROWS],
    }
    return render(request, "bare.html", context)


@login_required
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Everyone, as the ORM gives them."""
    rows = Membership.objects.filter(organization__slug=slug).order_by("sort_name", "id")
    columns = ("email", "name", "role__label", "status", "two_factor", "joined_at", "last_active_at", "ends_at")
    return StreamingHttpResponse(_lines(rows.values_list(*columns).iterator()), content_type="text/csv")


def _lines(rows: Iterator[Any]) -> Iterator[str]:
    class Echo:
        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow(row)
