"""The invitation that a page of its organization is about."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404

from invitations.models import Invitation
from organizations.views.base import OrganizationMixin


class OneInvitationMixin(OrganizationMixin):
    """The invitation of the URL, one of this organization only."""

    section = "invitations:list"
    kwargs: dict[str, Any]

    @cached_property
    def invitation(self) -> Invitation:
        rows = self.organization.invitations.select_related("role")
        found: Invitation = get_object_or_404(rows, pk=self.kwargs["invitation"])
        found.organization = self.organization
        return found
