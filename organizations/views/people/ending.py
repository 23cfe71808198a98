"""When one person's access ends by itself."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.generic import FormView

from accounts.models import User
from organizations import policies
from organizations.bulk.deeds import SET_END
from organizations.bulk.doing import do_now
from organizations.bulk.reports import Report
from organizations.forms.people import EndForm
from organizations.policies import Decision
from organizations.views.bulk.answer import answer
from organizations.views.people.base import PersonMixin


class EndView(PersonMixin, FormView[EndForm]):
    """A day, some that are often meant, or none."""

    page_name = "the page that sets when access ends"
    template_name = "organizations/person_end.html"
    form_class = EndForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            allowed=self._may_set(),
            is_active=self.person.is_active_at(self.now),
            **kwargs,
        )

    def form_valid(self, form: EndForm) -> HttpResponse:
        job = do_now(
            actor=self.actor,
            user=cast("User", self.request.user),
            organization=self.organization,
            deed=SET_END,
            memberships=[self.person],
            argument=form.cleaned_data["ends_at"],
        )
        for reason in Report.read(job.report).reasons:
            form.add_error(None, ValidationError(reason.sentence, code=reason.code))
            return self.form_invalid(form)
        answer(self.request, job, back=self.back_url)
        return self.back()

    def _may_set(self) -> Decision:
        """Whether any end may be set: a day that is to come stands for all of them."""
        if self.person.owns:
            return policies.may_set_end(self.actor, self.person, self.now, self.now)
        return policies.may_set_end(self.actor, self.person, None, self.now)
