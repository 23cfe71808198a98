"""How an organization works: its name, and whether everyone needs a second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView

from organizations import policies
from organizations.actions.settings import rename_organization, require_two_factor
from organizations.forms.settings import NameForm, TwoFactorForm
from organizations.views.base import OrganizationMixin
from organizations.views.errors import add_errors

COUNTED = 1_000


class SettingsView(OrganizationMixin, FormView[NameForm]):
    """The name, what is required of everyone, and where ownership is looked after."""

    permission = "organization.update"
    section = "organizations:settings"
    page_name = "the settings"
    template_name = "organizations/settings.html"
    form_class = NameForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"organization": self.organization}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = self.organization.rules
        owners = self.organization.memberships.filter(owns=True).by_name()
        return super().get_context_data(
            scheme=rules,
            owners=[owner.label for owner in owners[:3]],
            production=sorted(rules.production),
            without=_without_second_factor(self),
            may_require=policies.may_require_two_factor(self.actor, self.membership, self.organization),
            **kwargs,
        )

    def form_valid(self, form: NameForm) -> HttpResponse:
        name = form.cleaned_data["name"]
        try:
            rename_organization(actor=self.actor, organization=self.organization, name=name)
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, format_html("It is called <b>{}</b> now.", name.strip()))
        return redirect(self.request.path)


class TwoFactorView(OrganizationMixin, FormView[TwoFactorForm]):
    """Asks once more before a second factor is required of everyone, or no longer is."""

    permission = "organization.update"
    section = "organizations:settings"
    page_name = "the page about the second factor"
    template_name = "organizations/settings_two_factor.html"
    form_class = TwoFactorForm

    def get_initial(self) -> dict[str, Any]:
        return {"required": "no" if self.organization.two_factor_required else "yes"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = self._ask_to_stop() if self.organization.two_factor_required else self._ask_to_require()
        return super().get_context_data(
            action=self.request.path,
            cancel_url=reverse("organizations:settings", args=[self.organization.slug]),
            **question,
            **kwargs,
        )

    def form_valid(self, form: TwoFactorForm) -> HttpResponse:
        required = form.cleaned_data["required"]
        try:
            require_two_factor(actor=self.actor, organization=self.organization, required=required)
        except ValidationError:  # the page says why
            return self.form_invalid(form)
        said = (
            "Everyone in <b>{}</b> needs a second factor now."
            if required
            else "<b>{}</b> no longer asks for a second factor."
        )
        messages.success(self.request, format_html(said, self.organization))
        return redirect("organizations:settings", self.organization.slug)

    def form_invalid(self, form: TwoFactorForm) -> HttpResponse:
        """Ask again, as things stand now."""
        return self.render_to_response(self.get_context_data(form=TwoFactorForm(initial=self.get_initial())))

    def _ask_to_require(self) -> dict[str, Any]:
        organization = self.organization
        decision = policies.may_require_two_factor(self.actor, self.membership, organization)
        without = _without_second_factor(self)
        return {
            "title": f"Require a second factor of everyone in {organization}?",
            "refused": decision.reason,
            "consequences": [
                {"icon": "shield-check", "text": f"Nobody does anything in {organization} with a password alone."},
                {"icon": "user-off", "bad": True, "text": f"{without}, and can do nothing here until they set one up."}
                if without
                else {"icon": "circle-check", "text": "Everybody active has one already, so nobody is kept waiting."},
                {"icon": "arrow-back-up", "text": "You can take this back at any time."},
            ],
            "verb": "Require a second factor",
            "button": "btn-primary",
        }

    def _ask_to_stop(self) -> dict[str, Any]:
        return {
            "title": f"Stop requiring a second factor in {self.organization}?",
            "consequences": [
                {"icon": "shield-off", "bad": True, "text": "Whoever has none gets in with a password alone, at once."},
                {"icon": "shield-check", "text": "Those who have one keep it for their account."},
            ],
            "verb": "Stop requiring it",
        }


def _without_second_factor(view: OrganizationMixin) -> str:
    """How many active people have none, in words; '' for nobody. More than a thousand are not counted."""
    rows = view.organization.memberships.active(view.now).filter(two_factor=False).order_by()
    count = rows[: COUNTED + 1].count()
    if not count:
        return ""
    if count > COUNTED:
        return f"More than {COUNTED:,} active people have none"
    return "1 active person has none" if count == 1 else f"{count:,} active people have none"
