"""What the overview says needs attention, and to whom."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse

from team.event_pages import LATEST_READ
from tests.factories import give_role
from tests.team.noting import note
from tests.team.test_access_page import text_of


def overview(client):
    return client.get("/o/marram/")


def test_whoever_gives_roles_hears_of_people_without_one(client_of, owner, member):
    assert "has no role" not in text_of(overview(client_of(owner)))
    give_role(member, None)
    page = overview(client_of(owner))
    assert "1 person has no role Without a role nobody can do anything here. Give a role" in text_of(page)
    assert f'href="{reverse("team:members", args=["marram"])}?role=none">Give a role' in page.content.decode()


def test_people_without_a_role_stand_among_the_roles(client_of, owner, member, viewer):
    give_role(member, None)
    said = text_of(overview(client_of(viewer)))
    assert "Member 0 Viewer 1 No role 1" in said
    assert "Give a role" not in said


def test_only_owner_is_led_to_where_ownership_is_explained(client_of, owner, admin):
    page = overview(client_of(owner))
    assert "Only one owner At least 2 are recommended, so that nobody is locked out. Add another" in text_of(page)
    assert f'href="{reverse("organizations:ownership", args=["marram"])}">Add another' in page.content.decode()
    assert "Only one owner" not in text_of(overview(client_of(admin)))


def several(org, names, **columns):
    batch, by = uuid4(), uuid4()
    for name in names:
        note(org, batch=batch, actor_id=by, target_id=uuid4(), target_label=name, **columns)


def test_latest_changes_say_a_change_to_several_once_and_who_is_behind_it(client_of, owner, org):
    several(org, ["Ada", "Ben", "Cleo"], type="PROVISIONING", actor_label="Directory")
    said = text_of(overview(client_of(owner)))
    assert "Directory deactivated 3 people Provisioning" in said
    assert "Ben" not in said


def test_change_that_goes_on_further_back_is_said_to(client_of, owner, org):
    several(org, [f"Person {number}" for number in range(LATEST_READ + 1)])
    assert f"deactivated {LATEST_READ + 1} or more people" in text_of(overview(client_of(owner)))
