"""Whoever creates an organization owns it; what is wrong with its name or address is said beside the field."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from organizations.actions.organizations import create_organization
from organizations.actions.plans import set_seats
from organizations.models import Organization
from tests.factories import acting
from tests.witness import counters, written

NEW = "/organizations/new/"


def create(user, **changes):
    wanted = {"name": "Dune & Sons", "slug": "dune", "scheme": "standard"} | changes
    return create_organization(actor=acting(user), user=user, **wanted)


def test_creator_owns_the_organization(stranger):
    with written() as news:
        membership = create(stranger)
    assert membership.role.owns
    assert counters(membership.organization) == (1, 0, 0)
    assert news.actions == ["organization.created", "member.added"]
    assert news.events[0].after == {"name": "Dune & Sons", "slug": "dune", "scheme": "standard"}
    assert news.events[1].after == {"role": "Owner", "source": "founded"}
    assert {event.actor_id for event in news.events} == {stranger.pk}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"slug": "marram"}, "slug", "slug_taken"),
        ({"slug": "admin"}, "slug", "slug_reserved"),
        ({"slug": "Dune"}, "slug", "invalid_slug"),
        ({"slug": "-dune"}, "slug", "invalid_slug"),
        ({"slug": "dune\n"}, "slug", "invalid_slug"),
        ({"slug": "d" * 51}, "slug", "max_length"),
        ({"name": ""}, "name", "blank"),
        ({"name": "D" * 81}, "name", "max_length"),
        ({"name": "Dune\x00"}, "name", "control_characters"),
        ({"name": "Dune\u202e"}, "name", "control_characters"),
        ({"name": "Win at https://dune.example"}, "name", "link"),
        ({"scheme": "nobody"}, "scheme", "unknown_scheme"),
    ],
)
def test_what_is_wrong_is_said_of_the_field(org, stranger, changes, field, code):
    with written() as news, pytest.raises(ValidationError) as refusal:
        create(stranger, **changes)
    codes = {name: {error.code for error in errors} for name, errors in refusal.value.error_dict.items()}
    assert code in codes[field]
    assert news.nothing
    assert list(Organization.objects.all()) == [org]


def test_nobody_creates_an_organization_for_somebody_else(stranger, staff):
    with pytest.raises(PermissionDenied):
        create_organization(actor=acting(staff), user=stranger, name="Dune", slug="dune", scheme="standard")
    assert not Organization.objects.exists()


@pytest.mark.parametrize("who", ["owner", "admin", "outsider"])
def test_only_staff_set_seats(request, org, who):
    actor = acting(request.getfixturevalue(who))
    with written() as news, pytest.raises(PermissionDenied, match="Only staff change a plan"):
        set_seats(actor=actor, organization=org, seats=1_000)
    assert news.nothing


def test_seats_below_use_are_shown_and_not_refused(org, admin, member, staff):
    set_seats(actor=acting(staff), organization=org, seats=1)
    org.refresh_from_db()
    assert (org.seat_limit, org.seats_taken, org.seats_free) == (1, 3, 0)


# The page.


def post(client, **changes):
    return client.post(NEW, {"name": "Dune & Sons", "slug": "", "scheme": "standard"} | changes)


def test_address_is_made_from_the_name(client_of, stranger):
    response = post(client_of(stranger))
    assert response.headers["Location"] == "/o/dune-sons/"
    assert Organization.objects.get().slug == "dune-sons"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "", "slug": "dune"}, "This field is required."),
        ({"slug": "marram"}, "Another organization has this address. Choose another one."),
        ({"slug": "admin"}, "Roster uses this address itself."),
        ({"slug": "Große Düne"}, "Only small letters, digits and hyphens between them."),
        ({"name": "山", "slug": ""}, "Type an address of small letters, digits and hyphens."),
        ({"name": "D" * 5_000}, "at most 80 characters"),
        ({"name": "Dune\x00", "slug": "dune"}, "Null characters are not allowed."),
        ({"name": "Dune\u202eenud", "slug": "dune"}, "Please leave out invisible and control characters."),
        ({"name": "Visit www.dune.example"}, "Please leave out links and web addresses."),
        ({"scheme": "nobody"}, "Select a valid choice."),
        ({"scheme": ""}, "This field is required."),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_typed(client_of, org, stranger, changes, sentence):
    response = post(client_of(stranger), **changes)
    assert response.status_code == 200
    page = response.content.decode()
    assert sentence in page
    for name, typed in changes.items():
        if name != "scheme" and "\x00" not in typed and typed:
            assert typed in page
    assert list(Organization.objects.all()) == [org]


def test_fields_that_the_form_does_not_have_are_ignored(client_of, stranger):
    extra = {"seat_limit": "5", "active_members": "0", "id": stranger.pk.hex, "organization": "x"}
    assert post(client_of(stranger), **extra).status_code == 302
    created = Organization.objects.get()
    assert (created.seat_limit, created.active_members) == (None, 1)
