"""The cast. Everyone is a membership of Marram Instruments, but for those whose name says otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from organizations.models import Membership, Organization
from tests.factories import PASSWORD, UserFactory, deactivate, found, join


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked to show the same whatever the services are must ask none of them."""
    for item in items:
        asks = {"db", "transactional_db", "client"} & set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("no_database") and (asks or item.get_closest_marker("django_db")):
            message = f"{item.nodeid} is marked no_database."
            raise pytest.UsageError(message)


@pytest.fixture(autouse=True)
def _only_where_it_can_be_shown(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL can show this")


@pytest.fixture
def owner(db: None) -> Membership:
    return found(UserFactory(name="Grace Okafor", email="grace@marram.example.org"), "Marram Instruments", "marram")


@pytest.fixture
def org(owner: Membership) -> Organization:
    return owner.organization


@pytest.fixture
def admin(owner: Membership) -> Membership:
    return join(owner, UserFactory(name="Tomás Rivera", email="tomas@marram.example.org"), "admin")


@pytest.fixture
def member(owner: Membership) -> Membership:
    return join(owner, UserFactory(name="Mina Haddad", email="mina@marram.example.org"))


@pytest.fixture
def viewer(owner: Membership) -> Membership:
    return join(owner, UserFactory(name="Vera Lindqvist", email="vera@marram.example.org"), "viewer")


@pytest.fixture
def deactivated(owner: Membership) -> Membership:
    """Someone whose access to Marram Instruments was ended, admin that they were."""
    membership = join(owner, UserFactory(name="Dario Conti", email="dario@marram.example.org"), "admin")
    deactivate(membership)
    membership.refresh_from_db()
    return membership


@pytest.fixture
def outsider(db: None) -> Membership:
    """The owner of another organization, Lee & Sons."""
    return found(UserFactory(name="Oskar Lee", email="oskar@lee.example.org"), "Lee & Sons", "lee")


@pytest.fixture
def other_org(outsider: Membership) -> Organization:
    return outsider.organization


@pytest.fixture
def staff(db: None) -> User:
    """Someone of those who run this deployment; belongs to no organization."""
    return UserFactory(name="Sam Staff", email="sam@operator.example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(db: None) -> User:
    """Someone with an account and nothing else."""
    return UserFactory(name="Ines Duarte", email="ines@example.org")


@pytest.fixture
def client_of() -> Callable[[Membership | User | None], Client]:
    """A browser with this person signed in, or nobody."""

    def browser(person: Membership | User | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person if isinstance(person, User) else person.user)
        return client

    return browser


@pytest.fixture
def signed_in() -> Callable[[Membership | User], Client]:
    """A browser in which this person signed in a moment ago, as the pages ask for before big changes."""

    def browser(person: Membership | User) -> Client:
        client = Client()
        user = person if isinstance(person, User) else person.user
        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "remember": "on"})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser
