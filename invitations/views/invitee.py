"""What stands on the path to every page of an invitation: which one it is, and whether it is the person's to see."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from audit.actors import Actor, ActorKind
from invitations.models import Invitation
from invitations.opened import version_opened


class PrivateMixin:
    """The page is kept by no cache."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response.headers["Cache-Control"] = "no-store"
        return response


class InvitationMixin(PrivateMixin):
    """Lets in whoever opened the invitation's link in this browser, or has its address verified in their account."""

    request: HttpRequest
    invitation: Invitation
    invitations: ClassVar[QuerySet[Invitation]] = Invitation.objects.select_related(
        "organization", "role", "invited_by"
    )

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.now = timezone.now()
        self.user = request.user if request.user.is_authenticated else None
        self.version = version_opened(request, kwargs["invitation"])
        found = next(iter(self.invitations.filter(pk=kwargs["invitation"])), None)
        self.is_gone = found is None and self.version is not None
        if found is not None:
            self.invitation = found
        if not self.is_gone and (found is None or (self.version is None and not self.is_mine)):
            raise Http404

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = gone(request) if self.is_gone else super().dispatch(request, *args, **kwargs)
        return response

    @cached_property
    def own_address(self) -> EmailAddress | None:
        """The invited address in this account. What the button does asks for it again, under the lock."""
        own = EmailAddress.objects.filter(user=self.user, email=self.invitation.email)
        return own.first() if self.user else None

    @property
    def is_mine(self) -> bool:
        """The invited address is a verified one of this account."""
        return self.own_address is not None and self.own_address.verified

    @property
    def is_replaced(self) -> bool:
        """A newer link was mailed, and only the older one was opened here."""
        return not self.is_mine and self.version != self.invitation.version

    @property
    def invitee(self) -> Actor:
        """Whoever answers: the account that is signed in, else the address that the mail went to.

        Without an account the invitation's id stands for who it is, so that the address can be erased with it.
        """
        who = self.user or self.invitation
        return Actor(kind=ActorKind.INVITEE, label=self.user.label if self.user else self.invitation.email, id=who.pk)


def gone(request: HttpRequest) -> HttpResponse:
    """The page behind a link of ours to an invitation that exists no more. It can tell nothing about it."""
    response = render(request, "invitations/invitation_gone.html", status=410)
    response.headers["Cache-Control"] = "no-store"
    return response


def shown_version(request: HttpRequest) -> int:
    """The version that the person was looking at."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def reason_of(refusal: ValidationError | PermissionDenied) -> str:
    if isinstance(refusal, ValidationError):
        return " ".join(refusal.messages)
    return str(refusal.args[0]) if refusal.args else "You may not do this."
