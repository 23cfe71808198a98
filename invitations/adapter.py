"""Signing up from an invitation's link, which shows that its address is theirs; and back to it with an added one."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode

from accounts.adapter import AccountAdapter as BaseAdapter
from invitations.models import Invitation
from invitations.opened import invitations_opened


class AccountAdapter(BaseAdapter):
    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """An address is verified by the newest link that was mailed to it, while its offer stands."""
        if any(one.email == email.lower() for one in invitations_opened(request)):
            return True
        verified: bool = super().is_email_verified(request, email)
        return verified

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Back to the invitation for whose sake the address was added; through signing in where nobody is."""
        opened = [one for one in invitations_opened(self.request) if one.email == email_address.email]
        waiting = opened or list(Invitation.objects.pending(timezone.now()).to_addresses([email_address.email])[:2])
        if len(waiting) != 1:
            usual: str = super().get_email_verification_redirect_url(email_address)
            return usual
        page = resolve_url("invitations:show", waiting[0].pk)
        if self.request.user.is_authenticated:
            return page
        return f"{resolve_url('account_login')}?{urlencode({'next': page})}"
