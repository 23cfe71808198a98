"""Gives every request an id and remembers where it came from, for the events that it leads to."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7

from audit.ambient import Origin, coming_from
from audit.refusing import writing_refusals_after

# Other pages are opened by links that are keys.
_TOLD = ("/o/", "/admin/")


def address_of(request: HttpRequest) -> str | None:
    """The caller's address: the connection's, or what the outermost trusted proxy saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES]
    try:
        return as_kept(address)
    except ValueError:
        return None


def as_kept(address: str) -> str:
    """The address in the one way in which every database gives it back. Raises ValueError where it is none.

    PostgreSQL writes an IPv4 address in the clothes of IPv6 with dots, and no database keeps which of this machine's
    networks a link-local address was seen on (`%eth0`).
    """
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return str(found)
    number = int(found)  # without the network
    if number >> 32 == 0xFFFF or 0xFFFF < number < 2**32:
        return str(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(number))


class OriginMiddleware:
    """Outermost of those that touch the database: what it writes after the response is in no transaction of others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        where = Origin(
            address=address_of(request),
            user_agent=request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")[:300],
            request_id=str(uuid7()),
            path=request.path[:300].replace("\x00", "") if request.path.startswith(_TOLD) else "",
        )
        with writing_refusals_after(), coming_from(where):
            response = self.get_response(request)
        response.headers["X-Request-Id"] = where.request_id
        return response
