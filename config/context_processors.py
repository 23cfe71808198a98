"""What every page knows about this deployment."""

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    return {"OPERATOR": settings.OPERATOR, "MAIL_PAGE": settings.MAIL_PAGE}
