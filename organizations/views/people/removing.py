"""Removing one person for good, once their name is typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from organizations import policies
from organizations.bulk.deeds import REMOVE
from organizations.forms.people import RemoveForm
from organizations.policies import Decision
from organizations.views.people.places import in_words
from organizations.views.people.standing import StandingView


class RemoveView(StandingView):
    """Says what goes and that it stays gone, and offers to deactivate instead."""

    permission = "members.delete"
    page_name = "the page that removes a person"
    form_class = RemoveForm  # type: ignore[assignment]
    deed = REMOVE

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.person}

    def decision(self) -> Decision:
        return policies.may_remove(self.actor, self.person, self.other_owners)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.decision().enforce()
        return super().post(request, *args, **kwargs)

    def question(self) -> dict[str, Any]:
        label, organization = self.person.label, self.organization
        groups = in_words(self.actor, self.places())
        access = f"{label} loses access to {organization} at once"
        kept = f"Role and contact details go. The account stays that of {label}; the audit log keeps what was done."
        return {
            "title": f"Remove {label} from {organization}?",
            "consequences": [
                {"icon": "lock", "text": f"{access}, and leaves {groups}." if groups else f"{access}."},
                *self.freed(),
                {"icon": "user", "text": kept},
                {"icon": "alert-triangle", "bad": True, "text": self._for_good()},
            ],
            "verb": f"Remove {label}",
        }

    def onward(self) -> str:
        """The person has no page any more."""
        if not self.table_url and policies.holds(self.actor, "members.read"):
            return reverse("team:members", args=[self.organization.slug])
        return self.back_url

    def _for_good(self) -> str:
        instead = policies.may_deactivate(self.actor, self.person, self.other_owners)
        if not instead or not self.is_active:
            return format_html("<b>{}</b>", "This cannot be undone.")
        page = reverse("organizations:person_deactivate", args=[self.organization.slug, self.person.pk])
        query = self.request.META["QUERY_STRING"]
        return format_html(
            '<b>This cannot be undone.</b> To pause access instead, <a href="{}" data-dialog>deactivate</a>.',
            f"{page}?{query}" if query else page,
        )
