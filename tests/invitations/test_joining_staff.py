"""What staff do about ways in and links: look, and take back what is abused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from invitations.models import JoinLink, WayIn
from tests.invitations.letting_in import ask, let_in, link
from tests.witness import written


@pytest.fixture
def desk(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_staff_switch_a_way_off(desk, org, owner):
    way = let_in(owner, "open")
    path = reverse("admin:invitations_wayin_switch_off", args=[way.pk])
    assert desk.get(path).status_code == 200
    assert WayIn.objects.exists()
    with written() as news:
        desk.post(path, {"_form_submitted": "True"})
    assert not WayIn.objects.exists()
    assert [(event.action, event.actor_kind) for event in news.events] == [("way.closed", "staff")]


def test_staff_revoke_a_link(desk, org, owner):
    made = link(owner)
    path = reverse("admin:invitations_joinlink_revoke", args=[made.pk])
    assert desk.get(path).status_code == 200
    with written() as news:
        desk.post(path, {"_form_submitted": "True"})
    assert JoinLink.objects.get().revoked_at is not None
    assert [(event.action, event.actor_kind) for event in news.events] == [("join_link.revoked", "staff")]
    assert desk.get(path).status_code == 403


def test_staff_find_what_is_open_by_search(desk, org, owner, stranger):
    let_in(owner, "request")
    rows = {"wayin": let_in(owner, "request"), "joinlink": link(owner), "joinrequest": ask(stranger, org)}
    for name, row in rows.items():
        page = desk.get(reverse(f"admin:invitations_{name}_changelist"), {"q": "marram"})
        assert str(row.pk) in page.content.decode(), name
        assert desk.get(reverse(f"admin:invitations_{name}_change", args=[row.pk])).status_code == 200


def test_the_token_of_a_link_is_shown_to_no_staff(desk, owner):
    made = link(owner)
    page = desk.get(reverse("admin:invitations_joinlink_change", args=[made.pk])).content.decode()
    assert "/j/" not in page
