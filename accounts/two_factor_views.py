"""Setting up a second factor on the way to something else: allauth's pages, which lead back to where one came from."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect


class OnwardMixin:
    """Hands `next` on to every page that this one leads to; allauth drops it here. It is followed from the first page.

    `onward` is what its links end with: the query that carries it, or nothing.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        onward = get_next_redirect_url(request) if request.user.is_authenticated else None
        if onward and isinstance(response, HttpResponseRedirect):
            response.headers["Location"] = add_query_params(response.url, {"next": onward})
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        onward = get_next_redirect_url(self.request)
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"onward": add_query_params("", {"next": onward}) if onward else ""}


class TwoFactorView(OnwardMixin, IndexView):  # type: ignore[misc]
    """The second factors of an account; whoever has one and was on the way elsewhere goes on."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        onward = get_next_redirect_url(request)
        if onward and request.user.is_authenticated and is_mfa_enabled(request.user):
            return redirect(onward)
        return super().dispatch(request, *args, **kwargs)


class ActivateAppView(OnwardMixin, ActivateTOTPView):  # type: ignore[misc]
    pass


class AddPasskeyView(OnwardMixin, AddWebAuthnView):  # type: ignore[misc]
    pass


class RecoveryCodesView(OnwardMixin, ViewRecoveryCodesView):  # type: ignore[misc]
    pass
