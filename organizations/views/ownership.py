"""Who owns an organization, and handing it on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import TemplateView

from organizations import policies
from organizations.actions.ownership import (
    accept_ownership,
    refuse_ownership,
    transfer_ownership,
    withdraw_ownership,
)
from organizations.models import Membership, Organization, OwnershipTransfer, TransferStatus
from organizations.policies import Decision
from organizations.schemes import OwnerRule, OwnershipMove
from organizations.views.base import OrganizationMixin

OWNERS_SHOWN = 50


class OwnershipView(OrganizationMixin, TemplateView):
    """Who owns it and by which rule; an offer that waits, for those whom it concerns."""

    section = "organizations:settings"
    page_name = "the page about ownership"
    template_name = "organizations/ownership.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = self.organization.rules
        owners = self.organization.memberships.filter(owns=True).select_related("role", "user").by_name()
        found = list(owners[:OWNERS_SHOWN])
        able = self.organization.memberships.owners(self.now).count()
        return super().get_context_data(
            owners=[(one, one.is_active_at(self.now) and one.user.is_active) for one in found],
            alone=rules.owner_rule is OwnerRule.EXACTLY_ONE,
            by_offer=rules.moves is OwnershipMove.OFFER,
            former=_former(self.organization),
            recommended=rules.recommended_owners if able < rules.recommended_owners else 0,
            owner_label=rules.owner.label,
            transfer=self._transfer(),
            sees_members=policies.holds(self.actor, "members.read"),
            may_assign=policies.holds(self.actor, "roles.assign"),
            sees_settings=policies.holds(self.actor, "organization.update"),
            **kwargs,
        )

    def _transfer(self) -> OwnershipTransfer | None:
        """The open offer, for its two people and whoever may read of it in the audit log."""
        if self.organization.rules.owner_rule is not OwnerRule.EXACTLY_ONE:
            return None
        found: OwnershipTransfer | None = self.organization.transfers.open(self.now).first()
        if found is None:
            return None
        concerned = self.actor.owns or found.to_user_id == self.actor.id
        return found if concerned or policies.holds(self.actor, "audit_log.read") else None


class OwnershipChangeView(OrganizationMixin, TemplateView):
    """Asks once more, after a recent sign-in where much is given away, and then does it."""

    section = "organizations:settings"
    template_name = "organizations/ownership_change.html"
    asks_for_sign_in: ClassVar[bool] = False

    @property
    @abstractmethod
    def decision(self) -> Decision:
        """Whether this person may do it now."""

    @abstractmethod
    def question(self) -> dict[str, Any]:
        """What the page asks, and what follows from a yes."""

    @abstractmethod
    def change(self) -> str:
        """Do it, and answer what happened."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.decision:
            self._demand_sign_in()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            refused=self.decision.reason,
            action=self.request.path,
            cancel_url=reverse("organizations:ownership", args=[self.organization.slug]),
            **self.question(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.decision and self.decision.code != "not_open":
            self.decision.enforce()
        self._demand_sign_in()
        try:
            messages.success(request, self.change())
        except ValidationError as mistake:
            messages.warning(request, mistake.messages[0])
        return redirect("organizations:ownership", self.organization.slug)

    def _demand_sign_in(self) -> None:
        if self.asks_for_sign_in:
            raise_if_reauthentication_required(self.request, app="account")


class TransferView(OwnershipChangeView):
    """Hands the organization to a member: at once, or as an offer, as its scheme says."""

    permission = "ownership.transfer"
    page_name = "the page that hands the organization on"
    asks_for_sign_in = True

    @cached_property
    def person(self) -> Membership:
        rows = self.organization.memberships.select_related("role", "user")
        found: Membership = get_object_or_404(rows, pk=self.kwargs["membership"])
        found.organization = self.organization
        return found

    @cached_property
    def decision(self) -> Decision:
        return policies.may_transfer(self.actor, self.organization, self.person, self.now)

    def question(self) -> dict[str, Any]:
        organization, label = self.organization, self.person.label
        former = _former(organization)
        told = {"icon": "mail", "text": "All who own it or run the team are told by mail."}
        if organization.rules.moves is OwnershipMove.IMMEDIATE:
            return {
                "title": f"Make {label} the owner of {organization}?",
                "consequences": [
                    {"icon": "crown", "text": f"{label} owns {organization} at once, and may do everything there."},
                    {"icon": "user", "text": f"You stay as {former}."},
                    told,
                    {"icon": "alert-triangle", "bad": True, "text": f"Only {label} can give it back."},
                ],
                "verb": f"Hand {organization} to {label}",
            }
        waiting = organization.transfers.open(self.now).exclude(to_user=self.person.user_id).first()
        earlier = [{"icon": "ban", "text": f"The offer to {waiting.to_label} is withdrawn."}] if waiting else []
        return {
            "title": f"Offer {organization} to {label}?",
            "consequences": [
                *earlier,
                {
                    "icon": "mail",
                    "text": f"{label} gets a mail and 7 days to accept. Until then you can withdraw it.",
                },
                {"icon": "crown", "text": f"On acceptance {label} owns {organization}, and you stay as {former}."},
                {"icon": "mail", "text": "All who own it or run the team are told by mail when that happens."},
                {"icon": "alert-triangle", "bad": True, "text": f"After that only {label} can give it back."},
            ],
            "verb": f"Offer it to {label}",
            "button": "btn-primary",
        }

    def change(self) -> str:
        transfer = transfer_ownership(actor=self.actor, membership=self.person)
        if transfer.status == TransferStatus.ACCEPTED:
            said = "<b>{}</b> owns {} now. You are {} there."
            return format_html(said, transfer.to_label, self.organization, _former(self.organization))
        said = "{} is offered to <b>{}</b>, who has 7 days to accept. Nothing changes until then."
        return format_html(said, self.organization, transfer.to_label)


class AnswerTransferView(OwnershipChangeView):
    """One of the three ways in which an offer ends by somebody's hand."""

    policy: ClassVar[Callable[..., Decision]]

    @cached_property
    def transfer(self) -> OwnershipTransfer:
        found: OwnershipTransfer = get_object_or_404(self.organization.transfers, pk=self.kwargs["transfer"])
        found.organization = self.organization
        return found

    @cached_property
    def decision(self) -> Decision:
        return type(self).policy(self.actor, self.transfer, self.now)


class AcceptView(AnswerTransferView):
    page_name = "the page that accepts ownership"
    asks_for_sign_in = True
    policy = staticmethod(policies.may_answer_transfer)

    def question(self) -> dict[str, Any]:
        organization, former = self.organization, self.transfer.from_label
        return {
            "title": f"Own {organization} from now on?",
            "consequences": [
                {"icon": "crown", "text": f"You may do everything in {organization}, deleting it included."},
                {"icon": "user", "text": f"{former} stays as {_former(organization)}."},
                {"icon": "mail", "text": "All who own it or run the team are told by mail."},
                {"icon": "transfer", "text": "You can leave only after you have handed it on to someone else."},
            ],
            "verb": f"Accept {organization}",
            "button": "btn-primary",
        }

    def change(self) -> str:
        accept_ownership(actor=self.actor, transfer=self.transfer)
        said = "You own <b>{}</b> now. {} is {} there."
        return format_html(said, self.organization, self.transfer.from_label, _former(self.organization))


class RefuseView(AnswerTransferView):
    page_name = "the page that refuses ownership"
    policy = staticmethod(policies.may_answer_transfer)

    def question(self) -> dict[str, Any]:
        organization, owner = self.organization, self.transfer.from_label
        return {
            "title": f"Refuse to own {organization}?",
            "consequences": [
                {"icon": "crown", "text": f"{owner} goes on owning {organization}."},
                {"icon": "mail", "text": f"{owner} is told by mail, and can offer it again."},
            ],
            "verb": "Refuse the offer",
            "button": "btn-primary",
        }

    def change(self) -> str:
        refuse_ownership(actor=self.actor, transfer=self.transfer)
        return format_html("You refused to own <b>{}</b>. It stays as it is.", self.organization)


class WithdrawView(AnswerTransferView):
    permission = "ownership.transfer"
    page_name = "the page that withdraws an offer of ownership"
    policy = staticmethod(policies.may_withdraw_transfer)

    def question(self) -> dict[str, Any]:
        heir = self.transfer.to_label
        return {
            "title": f"Withdraw the offer to {heir}?",
            "consequences": [
                {"icon": "crown", "text": f"You go on owning {self.organization}."},
                {"icon": "mail", "text": f"{heir} is told by mail that it is no longer offered."},
            ],
            "verb": "Withdraw the offer",
        }

    def change(self) -> str:
        withdraw_ownership(actor=self.actor, transfer=self.transfer)
        return format_html(
            "The offer to <b>{}</b> is withdrawn. You go on owning {}.", self.transfer.to_label, self.organization
        )


def _former(organization: Organization) -> str:
    """What a former owner is from then on."""
    rules = organization.rules
    return rules.by_key[rules.former_owner_key].label if rules.former_owner_key else ""
