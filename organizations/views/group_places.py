"""Who belongs to a group and who curates it: putting people in, taking them out, making curators."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView

from organizations import policies
from organizations.actions.group_places import add_to_group, make_curators, remove_from_group, unmake_curators
from organizations.actions.outcome import PassedOver
from organizations.forms.groups import AddressesForm, CuratorForm
from organizations.models import GroupPlace, Membership, Role, needle
from organizations.policies import Decision
from organizations.views.errors import add_errors
from organizations.views.group_facts import curator_roles
from organizations.views.groups import GroupMixin

FOUND = 20


@dataclass
class Sorted:
    """What came of pasted addresses. `unknown` are those of no member, as typed."""

    added: list[Membership] = field(default_factory=list)
    there: list[Membership] = field(default_factory=list)
    refused: list[PassedOver] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class AddToGroupView(GroupMixin, FormView[AddressesForm]):
    """Search for one person and press a button, or paste the addresses of many; each is sorted."""

    permission = "groups.update"
    page_name = "the page that puts people into this group"
    template_name = "organizations/group_add.html"
    form_class = AddressesForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self._found()
        return super().get_context_data(
            sees_members=policies.holds(self.actor, "members.read"),
            search=self.search,
            found=found[:FOUND],
            more_found=len(found) > FOUND,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "membership" in request.POST:
            return self._add_one(request.POST["membership"])
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AddressesForm) -> HttpResponse:
        try:
            outcome = self._add_all(form.cleaned_data["addresses"])
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        if not outcome.refused and not outcome.unknown and not outcome.there:
            messages.success(self.request, self._said(outcome.added))
            return redirect("organizations:group", self.organization.slug, self.group.pk)
        again = AddressesForm(initial={"addresses": "\n".join(outcome.unknown)})
        return self.render_to_response(self.get_context_data(form=again, outcome=outcome))

    def _found(self) -> list[tuple[Membership, bool, Decision]]:
        """Who matches, with whether they belong already, and whether they may be put in.

        Nobody is found by whoever does not see the members; they paste the addresses that they know.
        """
        if not self.search or not policies.holds(self.actor, "members.read"):
            return []
        near = self.organization.texts.some_ids(needle(self.search))
        people = self.organization.memberships.select_related("role").filter(pk__in=near)
        rows = list(people.by_name()[: FOUND + 1])
        there = set(self.group.places.filter(membership__in=rows).values_list("membership_id", flat=True))
        for row in rows:
            row.organization = self.organization
        return [(row, row.pk in there, policies.may_put_into_group(self.actor, self.group, row)) for row in rows]

    def _add_one(self, typed: str) -> HttpResponse:
        person = get_object_or_404(self.organization.memberships, pk=_id(typed))
        try:
            outcome = add_to_group(actor=self.actor, group=self.group, memberships=[person])
        except ValidationError as mistake:
            messages.warning(self.request, mistake.messages[0])
            return redirect("organizations:groups", self.organization.slug)
        for passed in outcome.passed_over:
            messages.warning(self.request, passed.reason)
        if outcome.done:
            messages.success(self.request, self._said(outcome.done))
        elif not outcome.passed_over:
            messages.info(self.request, format_html("<b>{}</b> belongs to {} already.", person.label, self.group))
        return redirect(self.request.get_full_path())

    def _add_all(self, typed: list[tuple[str, str]]) -> Sorted:
        wanted = {stored: address for address, stored in typed if stored}
        people = list(self.organization.memberships.filter(user__email__in=wanted))
        outcome = add_to_group(actor=self.actor, group=self.group, memberships=people)
        changed = {one.pk for one in outcome.done}
        refused = {one.who for one in outcome.passed_over}
        known = {person.email for person in people}
        return Sorted(
            added=outcome.done,
            there=[one for one in people if one.pk not in changed and one.label not in refused],
            refused=outcome.passed_over,
            unknown=[address for address, stored in typed if stored not in known],
        )

    def _said(self, added: list[Membership]) -> str:
        if len(added) == 1:
            return format_html("<b>{}</b> belongs to {} now.", added[0].label, self.group)
        return format_html("<b>{} people</b> belong to {} now.", f"{len(added):,}", self.group)


class PlaceMixin(GroupMixin):
    """The person of the URL, with their place in the group (None where they have none any more)."""

    @cached_property
    def person(self) -> Membership:
        rows = self.organization.memberships.select_related("role", "user")
        found: Membership = get_object_or_404(rows, pk=self.kwargs["membership"])
        found.organization = self.organization
        return found

    @cached_property
    def place(self) -> GroupPlace | None:
        return self.group.places.filter(membership=self.person).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            action=self.request.path,
            cancel_url=reverse("organizations:group", args=[self.organization.slug, self.group.pk]),
            **kwargs,
        )

    def back(self) -> HttpResponse:
        return redirect("organizations:group", self.organization.slug, self.group.pk)

    def gone(self) -> str:
        return f"{self.person.label} does not belong to {self.group}."

    @cached_property
    def curates_elsewhere(self) -> bool:
        return self.person.group_places.filter(curates=True).exclude(group=self.group).exists()

    def goes_with_it(self) -> str:
        """The role that goes when this person no longer curates this group, in a sentence; '' where it stays."""
        roles = curator_roles(self.organization)
        role = self.person.role
        if roles is None or role is None or role.is_custom or role.key != self.organization.rules.curator_key:
            return ""
        if self.curates_elsewhere:
            return f"{self.person.label} stays {roles.comes}, for the other groups curated."
        return f"{self.person.label} is {roles.instead_of} again, from the next page opened."


class RemoveFromGroupView(PlaceMixin, TemplateView):
    permission = "groups.update"
    page_name = "the page that takes somebody out of this group"
    template_name = "organizations/group_remove.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, group = self.person, self.group
        role = self.goes_with_it() if self.place and self.place.curates else ""
        lowers = bool(role) and not self.curates_elsewhere
        decision = policies.may_take_out_of_group(self.actor, group, person, lowers=lowers)
        return super().get_context_data(
            title=f"Take {person.label} out of {group}?",
            refused=decision.reason if self.place else self.gone(),
            consequences=[
                {"icon": "shield-lock", "text": f"What the role of {person.label} grants in {group} ends at once."},
                *([{"icon": "star", "text": f"{person.label} no longer curates it."}] if self._curates else []),
                *([{"icon": "switch-horizontal", "text": role}] if role else []),
                {
                    "icon": "user",
                    "text": f"{person.label} stays in {self.organization}, and can be put back at any time.",
                },
            ],
            verb=f"Take {person.label} out",
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            outcome = remove_from_group(actor=self.actor, group=self.group, memberships=[self.person])
        except ValidationError as mistake:
            messages.warning(request, mistake.messages[0])
            return redirect("organizations:groups", self.organization.slug)
        for passed in outcome.passed_over:
            messages.warning(request, passed.reason)
        if outcome.done:
            messages.success(request, format_html("<b>{}</b> no longer belongs to {}.", self.person.label, self.group))
        elif not outcome.passed_over:
            messages.info(request, self.gone())
        return self.back()

    @property
    def _curates(self) -> bool:
        return self.place is not None and self.place.curates


class CuratorView(PlaceMixin, FormView[CuratorForm]):
    """Makes somebody of the group a curator, or ends that; says which role comes or goes with it."""

    permission = "groups.curators"
    page_name = "the page about the curators of this group"
    template_name = "organizations/group_curator.html"
    form_class = CuratorForm

    def get_initial(self) -> dict[str, Any]:
        return {"curates": "no" if self._curates else "yes"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = self._ask_to_end() if self._curates else self._ask_to_make()
        if self.place is None:
            question["refused"] = self.gone()
        return super().get_context_data(**question, **kwargs)

    def form_valid(self, form: CuratorForm) -> HttpResponse:
        curates = form.cleaned_data["curates"]
        change = make_curators if curates else unmake_curators
        try:
            outcome = change(actor=self.actor, group=self.group, memberships=[self.person])
        except ValidationError as mistake:
            messages.warning(self.request, mistake.messages[0])
            return redirect("organizations:groups", self.organization.slug)
        for passed in outcome.passed_over:
            messages.warning(self.request, passed.reason)
        if outcome.done:
            messages.success(self.request, self._said(curates=curates))
        elif not outcome.passed_over:
            now = "curates" if curates else "does not curate"
            messages.info(self.request, f"Nothing changed: {self.person.label} {now} {self.group} already.")
        return self.back()

    def form_invalid(self, form: CuratorForm) -> HttpResponse:
        """Ask again, as things stand now."""
        return self.render_to_response(self.get_context_data(form=CuratorForm(initial=self.get_initial())))

    @property
    def _curates(self) -> bool:
        return self.place is not None and self.place.curates

    def _brought(self) -> Role | None:
        """The role that the place brings to this person; None where it changes nothing of theirs."""
        rules, role = self.organization.rules, self.person.role
        if role is None or role.is_custom or not rules.curator_key or role.key != rules.instead_of_key:
            return None
        return Role.objects.of(self.organization).get(organization=None, key=rules.curator_key)

    def _ask_to_make(self) -> dict[str, Any]:
        person, group, role = self.person, self.group, self._brought()
        decision = policies.may_make_curator(self.actor, group, person, role)
        comes = f"{person.label} is {role} instead of {person.role}, from the next page opened." if role else ""
        stays = f"The role of {person.label} stays as it is."
        return {
            "title": f"Make {person.label} curator of {group}?",
            "refused": decision.reason,
            "consequences": [
                {
                    "icon": "star",
                    "text": f"What the role grants for groups curated counts in {group} of {self.organization}.",
                },
                {"icon": "switch-horizontal", "text": comes or stays},
                {"icon": "arrow-back-up", "text": "You can end this at any time."},
            ],
            "verb": f"Make {person.label} curator",
            "button": "btn-primary",
        }

    def _ask_to_end(self) -> dict[str, Any]:
        person, group = self.person, self.group
        role = self.goes_with_it()
        lowers = bool(role) and not self.curates_elsewhere
        decision = policies.may_unmake_curator(self.actor, group, person, lowers=lowers)
        return {
            "title": f"Should {person.label} stop curating {group}?",
            "refused": decision.reason,
            "consequences": [
                {"icon": "users-group", "text": f"{person.label} goes on belonging to {group} of {self.organization}."},
                {"icon": "switch-horizontal", "text": role or f"The role of {person.label} stays as it is."},
            ],
            "verb": "End curating",
        }

    def _said(self, *, curates: bool) -> str:
        now = self.organization.memberships.select_related("role").get(pk=self.person.pk)
        role = format_html(", and is {} now", now.role) if now.role and now.role_id != self.person.role_id else ""
        said = "<b>{}</b> curates {} now{}." if curates else "<b>{}</b> no longer curates {}{}."
        return format_html(said, self.person.label, self.group, role)


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
