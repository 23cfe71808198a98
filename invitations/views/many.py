"""Changing many invitations: what would come of it, then the change, and how far it is."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.generic import TemplateView, View
from uuid_utils.compat import uuid7

from invitations.bulk.many import KIND, change_many, deed_of, rehearse, said
from invitations.bulk.many_deeds import BY_KEY, Deed, what
from invitations.forms.extending import ExtendForm
from invitations.querysets import InvitationQuerySet
from invitations.tabs import Shown, place_of
from invitations.views.onward import page_after
from jobs.models import Job, JobState
from organizations.actions.outcome import MOST_AT_ONCE
from organizations.bulk.reports import Report
from organizations.bulk.selection import Selection
from organizations.policies import holds
from organizations.views.base import OrganizationMixin


class ChangeManyView(OrganizationMixin, View):
    """Takes `deed`, the selection and `next`; its page sends them along again with `go`, `once` and `shown`."""

    section = "invitations:list"
    page_name = "the page that changes several invitations"

    @cached_property
    def deed(self) -> Deed | None:
        return BY_KEY.get(self.request.POST.get("deed", ""))

    @property
    def missing(self) -> str:
        if self.deed is None or not holds(self.actor, "invitations.read"):
            return "invitations.read"
        return self.deed.permission

    def has_permission(self) -> bool:
        return bool(holds(self.actor, self.missing))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After signing in again there is no selection left."""
        return redirect("invitations:list", self.organization.slug)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if self.deed is None:
                message = "Choose what to do with the invitations that you selected."
                raise ValidationError(message, code="no_deed")
            return self._ask_or_do(self.deed, Selection.read(request.POST))
        except ValidationError as problem:
            messages.warning(request, " ".join(problem.messages))
            return redirect(page_after(self))

    def _ask_or_do(self, deed: Deed, selection: Selection) -> HttpResponse:
        rows = self._rows(selection)
        posted = self.request.POST
        form = ExtendForm(posted if "days" in posted else None) if deed.asks_days else None
        if "go" in posted and (form is None or form.is_valid()):
            return self._do(deed, rows, form.cleaned_data["days"] if form else 0)
        number = rows.count()
        if not number:
            message = "None of the invitations that you selected is there any more."
            raise ValidationError(message, code="nobody")
        report, changing = Report(), number
        if number <= MOST_AT_ONCE and not deed.asks_days:
            outcome = rehearse(actor=self.actor, organization=self.organization, deed=deed, rows=rows, shown=self.now)
            report.add(outcome.passed_over)
            report.name(one.email for one in outcome.done)
            changing = len(outcome.done)
        context = {
            "organization": self.organization,
            "membership": self.membership,
            "frame": self.frame,
            "now": self.now,
            "deed": deed,
            "title": deed.sentence("title", changing or number, self.organization),
            "text": deed.sentence("text", changing, self.organization),
            "verb": deed.sentence("verb", changing, self.organization),
            "changing": changing,
            "more_changing": changing - len(report.changing),
            "sure": number <= MOST_AT_ONCE,
            "report": report,
            "form": form,
            "fields": self._fields(deed, selection, rows, number),
            "back_url": page_after(self),
        }
        return render(self.request, "invitations/many_question.html", context)

    def _do(self, deed: Deed, rows: InvitationQuerySet, days: int) -> HttpResponse:
        job = change_many(
            actor=self.actor,
            user=self.membership.user,
            organization=self.organization,
            deed=deed,
            rows=rows,
            days=days,
            once=place_of(self.request.POST.get("once", "")),
            shown=_moment(self.request.POST.get("shown", "")),
        )
        if job.is_open or Report.read(job.report).passed_over:
            return redirect("invitations:many_job", self.organization.slug, job.pk)
        if job.state == JobState.FAILED:
            messages.warning(self.request, job.reason)
        else:
            messages.success(self.request, format_html("{}", said(job, self.organization)))
        return redirect(page_after(self))

    def _rows(self, selection: Selection) -> InvitationQuerySet:
        """Of everything on a tab those that were there when it was asked about."""
        if not selection.everything:
            rows: InvitationQuerySet = self.organization.invitations.filter(pk__in=selection.ids)
            return rows
        matching = Shown.selected(selection.query).rows(self.organization, self.now)
        newest = place_of(self.request.POST.get("until", ""))
        return matching.filter(pk__lte=newest) if newest else matching

    def _fields(self, deed: Deed, selection: Selection, rows: InvitationQuerySet, number: int) -> list[tuple[str, str]]:
        """What the next step needs again: nothing that comes meanwhile is changed after the confirmation.

        `once` names this question, so that whoever presses its button twice changes nothing twice; `shown` says when it
        was asked, so that of two people who ask the same only the first one mails.
        """
        fields = [("deed", deed.key), ("next", page_after(self)), ("once", uuid7().hex)]
        fields += [("shown", self.now.isoformat())]
        ids = rows.newest_first().values_list("pk", flat=True)
        if number > MOST_AT_ONCE and selection.everything:
            return [*fields, ("all", "1"), ("query", selection.query), ("until", ids[0].hex)]
        return [*fields, ("m", ",".join(one.hex for one in ids))]


class ManyJobView(OrganizationMixin, TemplateView):
    """How far it is, and then what came of it. Only who asked for it sees it."""

    section = "invitations:list"
    permission = "invitations.read"
    page_name = "this change of several invitations"

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "progress"
        return ["invitations/many_job.html#progress" if asked else "invitations/many_job.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = Job.objects.filter(place_id=self.organization.pk, user_id=self.membership.user_id, kind=KIND)
        job = get_object_or_404(mine, pk=self.kwargs["job"])
        context = {
            "job": job,
            "title": f"{deed_of(job).label}: {what(job.total)} to {self.organization}",
            "said": "" if job.is_open else said(job, self.organization),
            "stopped": job.state == JobState.FAILED,
            "reasons": Report.read(job.report).reasons,
        }
        return super().get_context_data(**kwargs | context)


def _moment(text: str) -> datetime | None:
    """A moment that a form carries; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
