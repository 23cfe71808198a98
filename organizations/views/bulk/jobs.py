"""Long changes of people: how far they are, what came of them, and undo. Only who asked for one sees it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from jobs.models import Job, JobState
from organizations.bulk.doing import KIND, deed_of
from organizations.bulk.rehearsing import REHEARSE_KIND, confirm, is_stale
from organizations.bulk.reports import Report, people
from organizations.bulk.telling import said
from organizations.bulk.undoing import UNDO_KIND, may_undo, undo, undo_until
from organizations.forms.bulk import TypedForm
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.answer import answer, safe_next
from organizations.views.bulk.preview import Preview

_DOING = {
    KIND: "{deed}: {who} in {organization}",
    REHEARSE_KIND: "Looking at what would change",
    UNDO_KIND: "Undoing a change of {who}",
}
_DONE = _DOING | {UNDO_KIND: "A change of {who} was undone"}


class JobMixin(OrganizationMixin):
    """The job of the URL: one of this organization, and of this person."""

    section = "team:members"
    page_name = "this change"
    kwargs: dict[str, Any]

    @cached_property
    def job(self) -> Job:
        mine = Job.objects.filter(place_id=self.organization.pk, user_id=self.membership.user_id, kind__in=_DOING)
        found: Job = get_object_or_404(mine, pk=self.kwargs["job"])
        return found


class JobView(JobMixin, TemplateView):
    """How far it is; of a rehearsal that has ended what would change, with the button that begins the change."""

    def get_template_names(self) -> list[str]:
        asked = self.request.headers.get("HX-Target") == "progress"
        return ["organizations/job.html#progress" if asked else "organizations/job.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.job
        context = {
            "title": self._title(),
            "question": self._question(),
            "typed": self._typed(),
            "stale": job.kind == REHEARSE_KIND and is_stale(job),
            "begun": job.arguments.get("begun"),
            "said": "" if job.is_open else said(job, self.organization),
            "reasons": Report.read(job.report).reasons,
            "undo_until": undo_until(job) if may_undo(job, timezone.now()) else None,
            "back_url": reverse("team:members", args=[self.organization.slug]),
        }
        return super().get_context_data(**context | kwargs | {"job": job})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed = self._typed(request.POST)
        if typed is not None and not typed.is_valid():
            return self.render_to_response(self.get_context_data(typed=typed))
        try:
            change = confirm(actor=self.actor, user=self.membership.user, organization=self.organization, job=self.job)
        except ValidationError as refusal:
            messages.warning(request, refusal.messages[0])
            change = self.job
        return redirect("organizations:job", self.organization.slug, change.pk)

    def _question(self) -> Preview | None:
        asks = self.job.kind == REHEARSE_KIND and self.job.state == JobState.DONE
        return Preview.of(self.job, self.organization) if asks else None

    def _typed(self, posted: Any = None) -> TypedForm | None:
        question = self._question()
        if question is None or not question.deed.destroys:
            return None
        return TypedForm(posted, expected=question.to_type)

    def _title(self) -> str:
        job = self.job
        done = job.state == JobState.DONE and job.changed
        number = job.changed if done else job.total
        who = people(number) if number else "the people selected"
        words = _DONE if done else _DOING
        return words[job.kind].format(deed=deed_of(job).label, who=who, organization=self.organization)


class UndoView(JobMixin, View):
    """The button alone; it leads back to where the change was made."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            back = undo(actor=self.actor, user=self.membership.user, organization=self.organization, job=self.job)
        except ValidationError as refusal:
            messages.warning(request, refusal.messages[0])
            return redirect(safe_next(request.POST.get("next", ""), self.organization))
        if back.is_open:
            return redirect("organizations:job", self.organization.slug, back.pk)
        answer(request, back)
        return redirect(safe_next(request.POST.get("next", ""), self.organization))
