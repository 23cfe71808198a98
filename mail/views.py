"""The development mail page: what was kept in files, so that a link can be followed with no mail server."""

from itertools import islice
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView, View

from mail.files import KeptMail, find, kept_mails

MOST_SHOWN = 200
# A mail brings its rules in its tags. Its page may do nothing but show them and be left by a link.
_LETTER_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "form-action": [NONE],
    "sandbox": ["allow-top-navigation-by-user-activation", "allow-popups", "allow-popups-to-escape-sandbox"],
}


def _only_where_mail_is_shown() -> None:
    if not settings.MAIL_PAGE:
        raise Http404


def _kept_or_404(name: str) -> KeptMail:
    _only_where_mail_is_shown()
    if mail := find(name):
        return mail
    raise Http404


class MailListView(TemplateView):
    """The mail of this machine, newest first."""

    template_name = "mail/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        _only_where_mail_is_shown()
        return super().get_context_data(mails=list(islice(kept_mails(), MOST_SHOWN)), most=MOST_SHOWN, **kwargs)


@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
class MailShowView(TemplateView):
    """One mail: as it looks, or as plain text."""

    template_name = "mail/show.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mail = _kept_or_404(kwargs["name"])
        as_text = self.request.GET.get("as") == "text" or not mail.html
        return super().get_context_data(mail=mail, as_text=as_text, **kwargs)


@method_decorator([xframe_options_sameorigin, csp(_LETTER_POLICY)], name="dispatch")
class LetterView(View):
    """The page of one mail, for the frame that shows it; its links open in place of the whole window."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        mail = _kept_or_404(name)
        return HttpResponse(mail.html.replace("<head>", '<head><base target="_top">', 1))
