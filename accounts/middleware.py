"""Each request in its person's time zone, and each sign-in form as one transaction."""

import zoneinfo
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone


class TimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = "UTC"
        if request.user.is_authenticated:
            zone = request.user.time_zone
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return self.get_response(request)


class TransactionMiddleware:
    """A form of allauth's changes an account, records it and queues mail: all of that commits together, or none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not _is_allauth(request.path_info):
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 400 and not _is_form_with_mistakes(response):
                transaction.set_rollback(True)  # refused or broken: nothing half done stays
        return response


def _is_form_with_mistakes(response: HttpResponse) -> bool:
    """To a script allauth answers with 400 what a person gets with 200, and a sign-in that failed is written down."""
    return response.status_code == 400 and response.headers.get("Content-Type", "").startswith("application/json")


def _is_allauth(path: str) -> bool:
    """Whether a view of allauth answers there, or one of ours that is made of it."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    made_of = getattr(view, "view_class", view)
    return any(one.__module__.startswith("allauth.") for one in getattr(made_of, "__mro__", (made_of,)))
