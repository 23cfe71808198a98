"""Where pages about invitations lead on to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from organizations.policies import holds
from organizations.views.base import OrganizationMixin


def onward(view: OrganizationMixin) -> HttpResponse:
    """To the invitations; to the overview for whoever does not read them."""
    page = "invitations:list" if holds(view.actor, "invitations.read") else "team:overview"
    return redirect(page, view.organization.slug)
