"""Where pages about invitations lead on to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.returning import leads_inside


def onward(view: OrganizationMixin) -> HttpResponse:
    return redirect(page_after(view))


def page_after(view: OrganizationMixin) -> str:
    """The page of this organization that `next` names, else the invitations; the overview for who reads none."""
    slug = view.organization.slug
    wanted = view.request.POST.get("next") or view.request.GET.get("next", "")
    if leads_inside(wanted, view.organization):
        return wanted
    page = "invitations:list" if holds(view.actor, "invitations.read") else "team:overview"
    return reverse(page, args=[slug])
