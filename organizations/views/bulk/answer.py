"""How a page answers after a change of people: one sentence, with a button that undoes it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Job, JobState
from organizations.bulk.reports import Report
from organizations.bulk.telling import said
from organizations.bulk.undoing import may_undo, undo_until
from organizations.models import Organization
from organizations.views.returning import leads_inside


def answer(request: HttpRequest, job: Job, *, back: str = "") -> None:
    """Say on the next page what came of the job; `back` is the page of this organization that undo leads to."""
    organization = Organization.objects.get(pk=job.place_id)
    page = reverse("organizations:job", args=[organization.slug, job.pk])
    if job.is_open:
        messages.info(request, format_html('The change is under way. <a href="{}">See how far it is</a>', page))
        return
    passed_over = Report.read(job.report).passed_over
    see = format_html(' <a href="{}">See who</a>', page) if passed_over and job.total > 1 else ""
    sentence = format_html("{}{}{}", said(job, organization), see, _undo_button(request, job, organization, back))
    if job.state == JobState.FAILED or (passed_over and not job.changed):
        messages.warning(request, sentence)
    else:
        messages.success(request, sentence)


def safe_next(path: str, organization: Organization) -> str:
    """Where to go on to: that page if it is one of this organization, else its members."""
    return path if leads_inside(path, organization) else reverse("team:members", args=[organization.slug])


def _undo_button(request: HttpRequest, job: Job, organization: Organization, back: str) -> SafeString | str:
    until = undo_until(job)
    if until is None or not may_undo(job, timezone.now()):
        return ""
    return format_html(
        '<form class="undo" method="post" action="{}" data-undo-until="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="next" value="{}">'
        '<button class="btn btn-line btn-sm" type="submit">Undo</button></form>',
        reverse("organizations:job_undo", args=[organization.slug, job.pk]),
        until.isoformat(timespec="seconds"),
        get_token(request),
        safe_next(back, organization),
    )
