"""Staff who lack the permission for one of the admin's writes: a 403, and a row that says who tried what."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Refused
from invitations.models import Invitation
from mail.models import Mail, State
from organizations.models import Membership, Organization
from tests.factories import offer
from tests.witness import written

WRITES = sorted(
    (model._meta.label_lower.replace(".", "_"), name)
    for model, model_admin in admin.site._registry.items()
    for name in getattr(model_admin, "actions_detail", ())
)


@pytest.fixture
def reader(staff: User) -> User:
    """One of staff who may look at accounts, and change nothing."""
    User.objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    return User.objects.get(pk=staff.pk)


@pytest.fixture
def desk(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def press(desk: Client, name: str, pk: object) -> int:
    return desk.post(reverse(f"admin:{name}", args=[pk]), {"_form_submitted": "True"}).status_code


def seen() -> list[tuple[str, str, str, UUID, int]]:
    return list(Refused.objects.values_list("actor_kind", "actor_label", "what", "chain_id", "times"))


def test_there_are_writes_to_walk():
    assert ("accounts_user", "deactivate") in WRITES
    assert ("mail_mail", "send_again") in WRITES


def test_buttons_are_shown_to_whoever_may_press_them(desk: Client, reader: User, owner: Membership):
    page = reverse("admin:accounts_user_change", args=[owner.user_id])
    button = f"/admin/accounts/user/{owner.user_id}/deactivate/"
    assert button not in desk.get(page).content.decode()
    reader.user_permissions.add(Permission.objects.get(codename="change_user"))
    shown = desk.get(page).content.decode()
    assert button in shown
    assert "delete-account" not in shown


@pytest.mark.parametrize(("model", "write"), WRITES)
def test_every_write_that_is_refused_is_written_down(desk: Client, reader: User, model: str, write: str):
    """Of a row that is not there it is in the chain of whoever tried."""
    with written() as news:
        assert press(desk, f"{model}_{write}", uuid4()) == 403
    assert news.nothing
    assert seen() == [("staff", "Sam Staff", write, reader.pk, 1)]


def test_it_is_told_where_the_row_belongs_with_the_permission(desk: Client, reader: User, owner: Membership):
    invitation = offer(owner, "ines@example.org")
    Mail.objects.update(state=State.FAILED)
    rows: list[tuple[str, Any, UUID]] = [
        ("accounts_user_deactivate", owner.user_id, owner.user_id),
        ("organizations_organization_change_plan", owner.organization_id, owner.organization_id),
        ("organizations_membership_appoint", owner.pk, owner.organization_id),
        ("invitations_invitation_withdraw", invitation.pk, owner.organization_id),
        ("mail_mail_send_again", Mail.objects.get().pk, reader.pk),
    ]
    for name, pk, chain in rows:
        Refused.objects.all().delete()
        assert press(desk, name, pk) == 403
        assert Refused.objects.get().chain_id == chain
    Refused.objects.all().delete()
    press(desk, "accounts_user_deactivate", owner.user_id)
    row = Refused.objects.get()
    assert row.reason == "The permission accounts.change_user is missing."
    assert row.path == f"/admin/accounts/user/{owner.user_id}/deactivate/"


def test_looking_is_no_attempt_and_what_cannot_be_done_to_a_row_is_no_refusal(
    desk: Client, staff: User, reader: User, owner: Membership, org: Organization
):
    assert desk.get(reverse("admin:accounts_user_change", args=[owner.user_id])).status_code == 200
    User.objects.filter(pk=reader.pk).update(is_superuser=True)
    assert press(desk, "accounts_user_reactivate", owner.user_id) == 403  # it is active
    offer(owner, "ines@example.org")
    Invitation.objects.update(status="revoked")
    assert press(desk, "invitations_invitation_withdraw", Invitation.objects.get().pk) == 403
    assert seen() == []
