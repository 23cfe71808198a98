"""The first page of an organization."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from audit.models import Event
from mail.outbox import latest
from organizations.models import Role
from organizations.policies import holds
from organizations.schemes import OwnerRule
from organizations.views.base import OrganizationMixin
from organizations.views.extension_notice import build_notice
from team.attention import access_ending, mails_failed, more_time_asked
from team.event_pages import Line, latest_lines

LATEST = 6
WAITING = 5


class OverviewView(OrganizationMixin, TemplateView):
    """Seats, people by role, invitations that wait, what needs attention, the latest changes."""

    permission = "organization.read"
    section = "team:overview"
    page_name = "the overview"
    template_name = "team/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            people_by_role=self._people_by_role(),
            roleless=self._people.get(None, 0),
            waiting=self._waiting(),
            events=self._latest_changes(),
            attention=self._attention(),
            more_time=build_notice(self.actor, self.membership, self.now),
            sees_log="audit_log.read" in self.actor.grants,
            sees_invitations="invitations.read" in self.actor.grants,
            may_invite=holds(self.actor, "invitations.create"),
            **kwargs,
        )

    def _people_by_role(self) -> list[tuple[Role, int]]:
        """Widest first, with how many active people hold each."""
        return [(role, self._people.get(role.pk, 0)) for role in Role.objects.of(self.organization).order_by("-rank")]

    @cached_property
    def _people(self) -> dict[Any, int]:
        """How many active people hold each role, or none: as kept."""
        return dict(self.organization.headcounts.values_list("role", "active"))

    def _waiting(self) -> list[tuple[Any, Any]]:
        if "invitations.read" not in self.actor.grants:
            return []
        rows = list(self.organization.invitations.pending(self.now).select_related("role").newest_first()[:WAITING])
        mails = latest([row.mail_key for row in rows])
        return [(row, mails.get(row.mail_key)) for row in rows]

    def _latest_changes(self) -> list[Line]:
        if "audit_log.read" not in self.actor.grants:
            return []
        return latest_lines(Event.objects.filter(chain_id=self.organization.pk), LATEST)

    def _attention(self) -> list[dict[str, str]]:
        return [
            *self._offered(),
            *more_time_asked(self.organization, self.actor),
            *self._few_owners(),
            *access_ending(self.organization, self.actor, self.now),
            *mails_failed(self.organization, self.actor, self.now),
            *self._without_role(),
        ]

    def _offered(self) -> list[dict[str, str]]:
        """The offer to own it, for the one person whom it is made to."""
        if self.organization.rules.owner_rule is not OwnerRule.EXACTLY_ONE:
            return []
        found = self.organization.transfers.open(self.now).filter(to_user=self.membership.user_id)
        return [
            {
                "icon": "crown",
                "kind": "wait",
                "what": f"{transfer.from_label} offers you to own {self.organization}",
                "why": "Nothing changes until you accept.",
                "url": reverse("organizations:ownership", args=[self.organization.slug]),
                "verb": "See the offer",
            }
            for transfer in found
        ]

    def _few_owners(self) -> list[dict[str, str]]:
        if not self.actor.owns:
            return []
        rules = self.organization.rules
        owners = self.organization.memberships.owners(self.now).count()
        if rules.owner_rule is OwnerRule.AT_LEAST_ONE and owners < rules.recommended_owners:
            return [
                {
                    "icon": "crown",
                    "kind": "wait",
                    "what": "Only one owner" if owners == 1 else f"Only {owners} owners",
                    "why": f"At least {rules.recommended_owners} are recommended, so that nobody is locked out.",
                    "url": reverse("organizations:ownership", args=[self.organization.slug]),
                    "verb": "Add another",
                }
            ]
        return []

    def _without_role(self) -> list[dict[str, str]]:
        """People who can do nothing here, for whoever gives roles."""
        count = self._people.get(None, 0)
        if not count or not holds(self.actor, "roles.assign") or not holds(self.actor, "members.read"):
            return []
        return [
            {
                "icon": "alert-triangle",
                "kind": "wait",
                "what": "1 person has no role" if count == 1 else f"{count:,} people have no role",
                "why": "Without a role nobody can do anything here.",
                "url": f"{reverse('team:members', args=[self.organization.slug])}?role=none",
                "verb": "Give a role",
            }
        ]
