"""For the pages of a host product: who may open them is decided by the roles that Roster keeps."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404

from organizations.access import may
from organizations.models import Group
from organizations.views.base import OrganizationMixin


class AccessRequiredMixin(OrganizationMixin):
    """Opens a class-based view to whoever holds `permission_required` in the organization of the address.

    The address has a `<slug:slug>`. Nobody signed in goes to the sign-in page, an outsider gets 404, a member without
    the permission the 403 page that says why. The view has `membership`, `organization`, `actor` and `now`, and with
    `get_group` the `group` that it is about.
    """

    permission_required: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "permission_required"):
            cls.permission = cls.permission_required

    def get_group(self) -> Group | None:
        """The group of this organization that the page is about; None where it is about all of it."""
        return None

    def has_permission(self) -> bool:
        self.group = self.get_group()
        if self.group is not None and self.group.organization_id != self.organization.pk:
            raise Http404
        return bool(may(self.membership, self.permission_required, self.group))
