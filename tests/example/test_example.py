"""The example product of docs/for-engineers.md, through its pages: tasks of an organization, connectors of groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS

from organizations.actions.members import deactivate, leave, remove
from organizations.builtin_roles import write
from organizations.models import Group, GroupPlace, Membership
from organizations.schemes import load_schemes
from organizations.signals import member_removed
from tests.example.models import Connector, Task
from tests.factories import UserFactory, acting, count_again, found, join
from tests.team.test_access_page import text_of
from tests.witness import written

FOLDER = Path(__file__).parent

pytestmark = pytest.mark.urls("tests.example.site_urls")


@pytest.fixture
def owner(db: None, settings) -> Iterator[Membership]:
    """Grace owns a workshop, whose role scheme is the example's own."""
    settings.SCHEMES_DIR = str(FOLDER / "schemes")
    load_schemes.cache_clear()
    write(DEFAULT_DB_ALIAS)
    yield found(UserFactory(name="Grace Okafor"), "Marram Instruments", "marram", scheme="workshop")
    load_schemes.cache_clear()


@pytest.fixture
def helper(owner) -> Membership:
    return join(owner, UserFactory(name="Mina Haddad"), "helper")


@pytest.fixture
def task(owner, helper) -> Task:
    return Task.objects.create(organization=owner.organization, title="Oil the lathe", assignee=helper.user)


@pytest.fixture
def connector(owner) -> Connector:
    group = Group.objects.create(organization=owner.organization, name="Field sales")
    return Connector.objects.create(group=group, name="Drive")


def test_tasks_are_for_those_whose_role_reads_them(client_of, owner, helper, task, outsider):
    page = client_of(helper).get("/o/marram/tasks/")
    assert page.status_code == 200
    assert "Oil the lathe: Mina Haddad" in text_of(page)
    assert "Your role does not include tasks.create." in text_of(page)
    assert "Plan a task" not in text_of(page)
    assert "Plan a task" in text_of(client_of(owner).get("/o/marram/tasks/"))
    assert client_of(outsider).get("/o/marram/tasks/").status_code == 404
    assert client_of(None).get("/o/marram/tasks/").status_code == 302


def test_refusal_is_the_page_that_says_why(client_of, owner, helper):
    page = client_of(helper).get("/o/marram/tasks/new/")
    assert page.status_code == 403
    assert "You cannot open the page that plans a task in Marram Instruments" in text_of(page)
    assert "Permission tasks.create is not in this role Owner and Planner have it." in text_of(page)
    assert client_of(helper).post("/o/marram/tasks/new/", {"title": "Sneak in"}).status_code == 403
    assert client_of(owner).post("/o/marram/tasks/new/", {"title": "Sweep"}).status_code == 302
    assert [task.title for task in Task.objects.all()] == ["Sweep"]


@pytest.mark.parametrize("end", ["remove", "leave"])
def test_tasks_become_unassigned_when_their_holder_is_removed_or_leaves(owner, helper, task, outsider, end):
    elsewhere = Task.objects.create(organization=outsider.organization, title="Elsewhere", assignee=helper.user)
    with written() as news:
        if end == "remove":
            remove(actor=acting(owner), organization=owner.organization, memberships=[helper])
        else:
            leave(actor=acting(helper), membership=helper)
    assert news.actions == ["member.removed" if end == "remove" else "member.left"]
    assert not Membership.objects.filter(pk=helper.pk).exists()
    task.refresh_from_db()
    elsewhere.refresh_from_db()
    assert task.assignee is None
    assert elsewhere.assignee == helper.user


def test_tasks_of_somebody_deactivated_stay_theirs(owner, helper, task):
    deactivate(actor=acting(owner), organization=owner.organization, memberships=[helper])
    task.refresh_from_db()
    assert task.assignee == helper.user


def test_removal_and_what_the_product_does_about_it_are_one_change(owner, helper, task):
    """Where a receiver fails, nobody is removed, and no task is left without its holder."""

    def fail(**kwargs: object) -> None:
        raise RuntimeError("The product is ill.")

    member_removed.connect(fail)
    try:
        with written() as news, pytest.raises(RuntimeError):
            remove(actor=acting(owner), organization=owner.organization, memberships=[helper])
    finally:
        member_removed.disconnect(fail)
    assert news.nothing
    assert Membership.objects.filter(pk=helper.pk).exists()
    task.refresh_from_db()
    assert task.assignee == helper.user


def test_connector_is_asked_with_its_group(client_of, owner, helper, connector):
    path = f"/o/marram/connectors/{connector.pk}/"
    assert client_of(owner).get(path).status_code == 200
    browser = client_of(helper)
    place = GroupPlace.objects.create(group=connector.group, membership=helper)
    page = browser.get(path)
    assert page.status_code == 403
    assert "is in this role for groups you curate, and Field sales is none of them" in text_of(page)
    place.curates = True
    place.save()
    page = browser.get(path)
    assert page.status_code == 200
    assert "disabled" not in page.content.decode().split("Restart")[0].rpartition("<button")[2]
    assert browser.post(path, {"name": "Archive"}).status_code == 302
    connector.refresh_from_db()
    assert connector.name == "Archive"


def test_connector_of_another_organization_is_not_found(client_of, owner, other_org):
    group = Group.objects.create(organization=other_org, name="Cellar")
    connector = Connector.objects.create(group=group, name="Drive")
    assert client_of(owner).get(f"/o/marram/connectors/{connector.pk}/").status_code == 404


def test_next_request_counts(client_of, owner, helper, task):
    browser = client_of(helper)
    assert browser.get("/o/marram/tasks/").status_code == 200
    Membership.objects.filter(pk=helper.pk).update(role=None)
    count_again()
    assert browser.get("/o/marram/tasks/").status_code == 403


BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (FOLDER.parents[1] / "docs/for-engineers.md").read_text(), re.S | re.M)
FILES = [path.read_text() for path in FOLDER.rglob("*") if path.suffix in {".py", ".toml", ".html"}]


@pytest.mark.parametrize("block", [text for kind, text in BLOCKS if kind != "sh"])
def test_code_of_the_page_for_engineers_is_the_examples(block):
    assert any(block in file for file in FILES), block


def test_page_for_engineers_shows_each_kind_of_file():
    assert [kind for kind, _ in BLOCKS].count("python") >= 4
    assert {"toml", "html", "sh"} <= {kind for kind, _ in BLOCKS}
