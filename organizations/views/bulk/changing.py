"""Changing many people: what it has to know, what it would come to, and then the change."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from organizations.bulk.deed import Deed
from organizations.bulk.deeds import BY_KEY
from organizations.bulk.doing import MOST_HERE, do_now
from organizations.bulk.rehearsing import rehearse, start_rehearsal
from organizations.bulk.reports import Report, people
from organizations.bulk.selection import Selection
from organizations.forms.bulk import TypedForm
from organizations.models import Membership
from organizations.policies import holds
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.answer import answer, safe_next
from organizations.views.bulk.asking import argument_of, form_of
from organizations.views.bulk.preview import Preview
from organizations.views.returning import members_url


class ChangePeopleView(OrganizationMixin, View):
    """Takes `deed`, the selection and `next`; each page of it sends them along to the following one."""

    section = "team:members"
    page_name = "the page that changes several people"

    @cached_property
    def deed(self) -> Deed[Any] | None:
        return BY_KEY.get(self.request.POST.get("deed", ""))

    @property
    def missing(self) -> str:
        if self.deed is None or not holds(self.actor, "members.read"):
            return "members.read"
        return self.deed.permission

    def has_permission(self) -> bool:
        return bool(holds(self.actor, self.missing))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After signing in again there is no selection left."""
        return redirect(members_url(self.request, self.organization))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return self._next_step()
        except ValidationError as problem:
            return self._page("organizations/bulk_stopped.html", problem=" ".join(problem.messages))

    def _next_step(self) -> HttpResponse:
        posted = self.request.POST
        if self.deed is None:
            message = "Choose what to do with the people that you selected."
            raise ValidationError(message, code="no_deed")
        selection = Selection.read(posted)
        rows = selection.people(self.organization, self.actor, self.now)
        found = list(rows.only("id", "organization_id", "user_id", "name", "email")[: MOST_HERE + 1])
        if not found:
            message = "None of the people that you selected belongs here any more."
            raise ValidationError(message, code="gone")
        many = len(found) > MOST_HERE
        if self.deed.asks and "argument" not in posted:
            form = form_of(self.deed, self.organization, self.actor, posted)
            if not form.is_bound or not form.is_valid():
                self.note_refusals_of(form)
                return self._ask(self.deed, selection, found, form)
            argument = form.cleaned_data[self.deed.asks]
        else:
            argument = argument_of(self.deed, self.organization, self.actor, posted.get("argument", ""))
        if many:
            return self._rehearse_later(self.deed, selection, argument)
        return self._preview_or_do(self.deed, found, argument)

    def _preview_or_do(self, deed: Deed[Any], found: list[Membership], argument: Any) -> HttpResponse:
        go = bool(self.request.POST.get("go"))
        if go and not deed.destroys:
            return self._do(deed, found, argument)
        rehearsed = rehearse(
            actor=self.actor, organization=self.organization, deed=deed, people=found, argument=argument
        )
        report = Report(one=found[0].label if len(found) == 1 else "")
        report.add(rehearsed.outcome.passed_over)
        report.name(one.label for one in rehearsed.outcome.done)
        preview = Preview(
            deed=deed,
            organization=self.organization,
            said_of=deed.said_of(argument),
            seen=len(found),
            changed=len(rehearsed.outcome.done),
            report=report,
        )
        typed = TypedForm(self.request.POST if go else None, expected=preview.to_type) if deed.destroys else None
        if go and typed and preview.changed and typed.is_valid():
            return self._do(deed, found, argument)
        frozen = Selection(tuple(one.pk for one in found))
        fields = [*self._fields(deed, frozen), ("argument", deed.stored(argument))]
        return self._page("organizations/bulk_preview.html", preview=preview, form=typed, fields=fields)

    def _do(self, deed: Deed[Any], found: list[Membership], argument: Any) -> HttpResponse:
        job = do_now(
            actor=self.actor,
            user=self.membership.user,
            organization=self.organization,
            deed=deed,
            memberships=found,
            argument=argument,
        )
        onwards = self._onwards()
        answer(self.request, job, back=onwards)
        return redirect(onwards)

    def _rehearse_later(self, deed: Deed[Any], selection: Selection, argument: Any) -> HttpResponse:
        job = start_rehearsal(
            actor=self.actor,
            user=self.membership.user,
            organization=self.organization,
            deed=deed,
            argument=argument,
            selection=selection,
        )
        return redirect("organizations:job", self.organization.slug, job.pk)

    def _ask(self, deed: Deed[Any], selection: Selection, found: list[Membership], form: Any) -> HttpResponse:
        number = len(found) if len(found) <= MOST_HERE else len(selection.ids)
        who = found[0].label if number == 1 else people(number) if number else "everyone selected"
        narrowed = selection.filters(self.organization, self.actor).in_words() if selection.everything else []
        return self._page(
            "organizations/bulk_ask.html",
            heading=deed.sentence("asking", who, True, self.organization, ""),
            narrowed=[words for _, words in narrowed],
            form=form,
            fields=self._fields(deed, selection),
        )

    def _fields(self, deed: Deed[Any], selection: Selection) -> list[tuple[str, str]]:
        """What the next step needs again."""
        fields = [("deed", deed.key), ("next", self._onwards())]
        if selection.everything:
            return [*fields, ("all", "1"), ("query", selection.query)]
        return [*fields, ("m", ",".join(one.hex for one in selection.ids))]

    def _onwards(self) -> str:
        return safe_next(self.request.POST.get("next", ""), self.organization)

    def _page(self, template: str, **context: Any) -> HttpResponse:
        shared = {
            "organization": self.organization,
            "membership": self.membership,
            "frame": self.frame,
            "now": self.now,
            "back_url": self._onwards(),
        }
        return render(self.request, template, shared | context)
