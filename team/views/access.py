"""Access explained: may this person do that, and who may do it at all."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import TemplateView

from organizations.models import Group, Membership, Role
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.by_name import page_by_name
from team.access.explaining import explain
from team.access.strangers import explain_address
from team.access.subjects import is_about_oneself, load_subject, roles_of
from team.access.who import granting, who_can
from team.access.words import spoken
from team.forms import AskForm, WhatForm

ROWS = 40


class AccessView(OrganizationMixin, TemplateView):
    """Yes or no, and the chain of why. Everyone asks about themself; about others who reads members."""

    section = "team:members"
    page_name = "the page that explains access"
    template_name = "team/access.html"

    def get_template_names(self) -> list[str]:
        part = self.request.headers.get("HX-Target")
        return [f"{self.template_name}#{part}" if part in ("asking", "answer") else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        others = bool(holds(self.actor, "members.read"))
        query = self._query()
        form_class = AskForm if others else WhatForm
        asked = "permission" in query
        form = form_class(query if asked else None, initial=query, organization=self.organization, reader=self.actor)
        answer = self._answer(form) if asked and form.is_valid() else {}
        return super().get_context_data(form=form, others=others, **answer, **kwargs)

    def _query(self) -> dict[str, str]:
        """What is asked; a membership that a page led here with stands in the field of the person."""
        query = {name: self.request.GET.get(name, "") for name in self.request.GET}
        if key := query.pop("membership", ""):
            query["person"] = key
        if holds(self.actor, "members.read"):
            if found := self._person(query.get("person", "")):
                query["person"] = found.email
        elif query.get("person", "") not in self._own_names():
            message = "You can ask about yourself. Asking about other people needs members.read."
            raise PermissionDenied(message)
        return query

    def _person(self, text: str) -> Membership | None:
        try:
            key = UUID(hex=text)
        except ValueError:
            return None
        return self.organization.memberships.filter(pk=key).first()

    def _own_names(self) -> set[str]:
        return {"", str(self.membership.pk), self.membership.pk.hex, self.membership.email, self.membership.name}

    def _answer(self, form: WhatForm) -> dict[str, Any]:
        person = form.cleaned_data.get("person", self.membership)
        permission, group = form.cleaned_data["permission"], form.cleaned_data["group"]
        if isinstance(person, Membership):
            subject = load_subject(person, roles_of(self.organization), reader=self.actor)
            explanation = explain(subject, permission, group, at=self.now, reader=self.actor)
        else:
            explanation = explain_address(self.organization, person, at=self.now, reader=self.actor)
        return {
            "explanation": explanation,
            "person": person if isinstance(person, Membership) else None,
            "own": isinstance(person, Membership) and is_about_oneself(self.actor, person),
            "who_url": self._who_url(permission, group),
        }

    def _who_url(self, permission: str, group: Group | None) -> str:
        if not holds(self.actor, "members.read"):
            return ""
        return who_url(self.organization.slug, permission, group)


class WhoView(OrganizationMixin, TemplateView):
    """Everyone who can do it, by name, and the roles that grant it."""

    permission = "members.read"
    section = "team:members"
    page_name = "the page that says who can do what"
    template_name = "team/access_who.html"

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "asking"
        return [f"{self.template_name}#asking" if asked else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.copy()
        asked = "permission" in query
        form = WhatForm(query if asked else None, organization=self.organization, reader=self.actor)
        answer = self._answer(form, query) if asked and form.is_valid() else {}
        return super().get_context_data(form=form, **answer, **kwargs)

    def _answer(self, form: WhatForm, query: QueryDict) -> dict[str, Any]:
        permission, group = form.cleaned_data["permission"], form.cleaned_data["group"]
        found = granting(self._roles, permission)
        rows = who_can(self.organization, found, permission, group, at=self.now).select_related("role")
        chosen = next((one.role for one in found if one.role.pk.hex == query.get("role", "")), None)
        page = page_by_name(query, rows.filter(role=chosen) if chosen else rows, ROWS)
        query.pop("role", None)
        for name in ("after", "before"):
            query.pop(name, None)
        return {
            "granting": found,
            "chosen": chosen,
            "everyone_url": f"?{query.urlencode()}",
            "people": page.people,
            "next_url": page.next_url,
            "previous_url": page.previous_url,
            "said": f"{len(page.people)} shown",
            "spoken": spoken(permission, self.organization.rules),
            "permission": permission,
            "group": group,
            "withheld": permission in self.organization.withheld,
        }

    @cached_property
    def _roles(self) -> list[Role]:
        return roles_of(self.organization)


def who_url(slug: str, permission: str, group: Group | None) -> str:
    query = {"permission": permission} | ({"group": group.pk.hex} if group else {})
    return f"{reverse('team:who', args=[slug])}?{urlencode(query)}"
