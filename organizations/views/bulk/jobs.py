"""Long changes of people: how far they are, what came of them, and undo. Only who asked for one sees it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from jobs.models import Job
from organizations.bulk.undoing import undo
from organizations.views.base import OrganizationMixin
from organizations.views.bulk.answer import answer, safe_next


class JobMixin(OrganizationMixin):
    """The job of the URL: one of this organization, and of this person."""

    section = "team:members"
    page_name = "this change"
    kwargs: dict[str, Any]

    @cached_property
    def job(self) -> Job:
        mine = Job.objects.filter(place_id=self.organization.pk, user_id=self.membership.user_id)
        found: Job = get_object_or_404(mine, pk=self.kwargs["job"])
        return found


class JobView(JobMixin, TemplateView):
    template_name = "organizations/job.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(job=self.job, **kwargs)


class UndoView(JobMixin, View):
    """The button alone; it leads back to where the change was made."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            back = undo(actor=self.actor, user=self.membership.user, organization=self.organization, job=self.job)
        except ValidationError as refusal:
            messages.warning(request, refusal.messages[0])
        else:
            answer(request, back)
        return redirect(safe_next(request.POST.get("next", ""), self.organization))
