"""Letting an offer stand for longer, and sending it to the right address."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.generic import FormView

from invitations import policies
from invitations.actions.correcting import correct_address
from invitations.actions.extending import extend
from invitations.forms.correcting import CorrectForm
from invitations.forms.extending import ExtendForm
from invitations.views.one import OneInvitationMixin
from invitations.views.onward import onward, page_after
from organizations.policies import Decision
from organizations.views.errors import add_errors


class MendView(ABC, OneInvitationMixin, FormView[forms.Form]):
    """One field, in a dialog or on a page of its own, and why it may not be filled in where that is so."""

    permission = "invitations.update"
    template_name = "invitations/invitation_mend.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            invitation=self.invitation,
            refused=self.allowed.reason,
            action=self.request.get_full_path(),
            cancel_url=page_after(self),
            button="btn-primary",
            **self.question,
            **kwargs,
        )

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            said = self.change(form)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, said)
        return onward(self)

    @property
    @abstractmethod
    def allowed(self) -> Decision:
        """Whether the field may be filled in."""

    @property
    @abstractmethod
    def question(self) -> dict[str, Any]:
        """Title, text and verb."""

    @abstractmethod
    def change(self, form: forms.Form) -> SafeString:
        """Answers the sentence of what was done. Raises ValidationError."""


class ExtendView(MendView):
    page_name = "the page that extends an invitation"
    form_class = ExtendForm

    @property
    def allowed(self) -> Decision:
        return policies.may_stand_longer(self.actor, self.invitation, self.now)

    @property
    def question(self) -> dict[str, Any]:
        return {
            "title": f"Let the invitation to {self.invitation.email} stand for longer?",
            "text": f"The offer to join {self.organization} stays open, and the link that was mailed goes on working. "
            "No mail is sent.",
            "verb": "Extend",
        }

    def change(self, form: forms.Form) -> SafeString:
        outcome = extend(
            actor=self.actor,
            organization=self.organization,
            invitations=[self.invitation],
            days=form.cleaned_data["days"],
        )
        if outcome.passed_over:
            problem = outcome.passed_over[0]
            raise ValidationError({"days": ValidationError(problem.reason, code=problem.code)})
        return format_html("The invitation to <b>{}</b> stands for longer now.", self.invitation.email)


class CorrectView(MendView):
    page_name = "the page that corrects the address of an invitation"
    form_class = CorrectForm

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.invitation.email}

    @property
    def allowed(self) -> Decision:
        return policies.may_correct(self.actor, self.invitation, self.now)

    @property
    def question(self) -> dict[str, Any]:
        return {
            "title": f"Send the invitation to {self.invitation.email} to another address?",
            "text": f"The same offer to join {self.organization} goes to that address. "
            f"The link that was mailed to {self.invitation.email} stops working.",
            "verb": "Send to this address",
        }

    def change(self, form: forms.Form) -> SafeString:
        try:
            outcome = correct_address(
                actor=self.actor,
                organization=self.organization,
                invitation=self.invitation,
                email=form.cleaned_data["email"],
            )
        except ValidationError as mistakes:
            raise ValidationError({"email": mistakes}) from mistakes
        (made,) = outcome.done
        return format_html(
            "The invitation goes to <b>{}</b> now. The link that went to {} no longer works.",
            made.email,
            self.invitation.email,
        )
