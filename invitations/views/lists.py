"""A list of people to invite: how each would fare, putting it right, sending it, and what came of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from invitations.bulk import lists, mending
from invitations.bulk.results import lines
from invitations.bulk.sending import send_list
from invitations.forms.offering import OfferForm
from invitations.models import Bucket, InviteList
from invitations.views.buckets import SharedWord, Shown, show_buckets
from invitations.views.list_typed import differs, number, rows_typed, words_typed
from jobs.models import Job, JobState
from organizations.policies import may_change_settings
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors
from organizations.visible_groups import visible_groups

SHOWN = 25  # rows of a bucket until all of it is asked for
ALL = 200
MOST_NAMED = 500  # groups that are offered while one is typed


class ListMixin(OrganizationMixin):
    """The list of the URL: one of this organization, and of this person."""

    permission = "invitations.create"
    section = "invitations:list"
    page_name = "this list of people to invite"
    kwargs: dict[str, Any]

    @cached_property
    def invite_list(self) -> InviteList:
        mine = self.organization.invite_lists.select_related("role").filter(user=self.membership.user_id)
        found: InviteList = get_object_or_404(mine, pk=self.kwargs["list"])
        found.organization = self.organization
        return found

    @property
    def here(self) -> str:
        return reverse("invitations:invite_list", args=[self.organization.slug, self.invite_list.pk])


class InviteListView(ListMixin, TemplateView):
    """Before it is sent: what would become of each. While it is: how far it is. Afterwards: what came of each."""

    def get_template_names(self) -> list[str]:
        if not self.invite_list.is_sent:
            return ["invitations/list_review.html"]
        asked = self.request.headers.get("HX-Target") == "progress"
        return ["invitations/list_sent.html#progress" if asked else "invitations/list_sent.html"]

    def get_context_data(self, form: OfferForm | None = None, **kwargs: Any) -> dict[str, Any]:
        invite_list = self.invite_list
        job = self._job
        # Asked before the rows are: one that goes on meanwhile is shown as going on.
        ended = invite_list.is_sent and not (job and job.is_open)
        counts = lists.counts(invite_list)
        context: dict[str, Any] = {"invite_list": invite_list, "counts": counts}
        context |= {"buckets": self._buckets(counts, ended=ended)}
        context |= {"alone": bool(counts.get(self.request.GET.get("bucket", ""))), "here": self.here}
        context |= {"total": sum(counts.values()), "ready": counts.get(Bucket.READY, 0)}
        if invite_list.is_sent:
            context |= {"job": job, "stopped": bool(job and job.state == JobState.FAILED)}
            context |= {"sent": counts.get(Bucket.SENT, 0), "over": context["total"] - counts.get(Bucket.SENT, 0)}
        else:
            context |= {"form": form or self._form(), "wanting": _wanting(counts)}
            if counts.get(Bucket.MALFORMED) or counts.get(Bucket.ROLE):
                context |= {"groups": visible_groups(self.organization, self.actor).by_name()[:MOST_NAMED]}
                context |= {"shared": [SharedWord(*one) for one in mending.shared_words(self.invite_list)]}
            context |= self._seats(context["ready"])
            context |= {"may_ask_for_more": may_change_settings(self.actor)}
        return super().get_context_data(**context | kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whichever button was pressed: what was typed is taken over first. Nothing is sent that nobody has seen."""
        posted, form = request.POST, self._posted_offer()
        try:
            changed = self._take_over(form)
            if form and not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form))
            if "send" in posted and not changed:
                return self._send()
            if "send" in posted:
                messages.info(request, "What you typed is kept, and nothing was sent yet. Look once more, then send.")
            elif "leave_out" in posted:
                lists.leave_out(self.invite_list, self.actor, number(posted["leave_out"]))
            elif "take_back" in posted:
                lists.take_back(self.invite_list, self.actor, number(posted["take_back"]))
            elif not changed:
                lists.sort_once_more(self.invite_list, self.actor)
        except ValidationError as refusal:
            messages.warning(request, " ".join(refusal.messages))
        return redirect(request.get_full_path())  # with the group that was looked at

    def _take_over(self, form: OfferForm | None) -> bool:
        """Keep what was typed in rows, for words and as the offer; answers whether that changed anything."""
        invite_list, posted = self.invite_list, self.request.POST
        if invite_list.is_sent:
            return False
        changed = mending.correct_rows(invite_list, self.actor, rows_typed(posted))
        for column, word, typed in words_typed(posted):
            mending.mend_word(invite_list, self.actor, column, word, typed)
            changed = True
        if form and form.is_valid():
            wanted = {name: form.cleaned_data[name] for name in ("role", "days", "groups", "access_ends_at", "note")}
            if differs(invite_list, wanted, set(form.groups_offered)):
                try:
                    lists.change_offer(invite_list, self.actor, **wanted)
                except ValidationError as mistakes:
                    add_errors(form, mistakes)
                changed = True
        return changed

    def _posted_offer(self) -> OfferForm | None:
        posted = self.request.POST
        return self._form(posted) if not self.invite_list.is_sent and {"offer", "role"} & posted.keys() else None

    @property
    def _job(self) -> Job | None:
        """The work that sends it; forgotten some weeks after it has ended."""
        job_id = self.invite_list.job_id
        return Job.objects.filter(pk=job_id).first() if job_id else None

    def _send(self) -> HttpResponse:
        lists.sort_unless_sent(self.invite_list, self.actor)
        send_list(actor=self.actor, user=self.membership.user, invite_list=self.invite_list)
        return redirect(self.here)

    def _form(self, posted: Any = None) -> OfferForm:
        held = self.invite_list
        initial = {
            "role": held.role_id,
            "days": held.days,
            "groups": held.group_ids,
            "access_ends_at": held.access_ends_at,
            "note": held.note,
        }
        return OfferForm(posted, initial=initial, organization=self.organization, actor=self.actor, now=self.now)

    def _buckets(self, counts: dict[str, int], *, ended: bool) -> list[Shown]:
        """All groups, or the one that is asked for, from its beginning where nobody is left after that line."""
        asked = self.request.GET.get("bucket", "")
        rows = self.invite_list.rows.order_by("line")
        if counts.get(asked):
            of_it = rows.filter(bucket=asked)
            after = number(self.request.GET.get("after", ""))
            found = list(of_it.filter(line__gt=after)[: ALL + 1]) or list(of_it[: ALL + 1])
            more, alone = len(found) > ALL, asked
        else:
            more, alone = False, ""
            place = Window(RowNumber(), partition_by=F("bucket"), order_by=F("line").asc())
            found = list(rows.annotate(place_in_bucket=place).filter(place_in_bucket__lte=SHOWN))
        some = found[:ALL] if alone else found
        return show_buckets(self.invite_list, counts, some, alone=alone, more=more, ended=ended)

    def _seats(self, ready: int) -> dict[str, Any]:
        organization = self.organization
        left = None if organization.seats_free is None else max(0, organization.seats_free - ready)
        return {"seats_left": left, "seats_after": organization.seats_taken + ready}


class DownloadListView(ListMixin, View):
    """The rows that want mending, to be mended and uploaded again; with `all` every row and what came of it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        everything = "all" in request.GET
        name = "invitations" if everything else "rows-to-fix"
        answer = StreamingHttpResponse(
            lines(self.invite_list, to_fix=not everything), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{self.organization.slug}-{name}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer


def _wanting(counts: dict[str, int]) -> int:
    """How many rows will get nothing as things stand."""
    return sum(number for bucket, number in counts.items() if bucket not in (Bucket.READY, Bucket.LEFT_OUT))
