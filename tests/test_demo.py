"""Demo data: a small organization with a past that the real actions made, or one of any size."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max, Min
from django.utils import timezone

from accounts.models import User
from audit.actors import SYSTEM
from audit.models import Chain, Event
from organizations.actions.counting import recount
from organizations.models import NEVER, MembershipText, Organization
from organizations.schemes import load_schemes
from team.demo.people import PASSWORD
from tests.witness import counters, deliver

pytestmark = pytest.mark.django_db


def demo(**options: object) -> str:
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


def test_demo_organization_has_everybody_and_a_past():
    said = demo()
    org = Organization.objects.get(slug="marram")
    active, _, reserved = counters(org)
    assert (active, reserved) == (21, 3)
    roles = {key: org.memberships.filter(role__key=key).count() for key in ("owner", "admin", "member", "viewer")}
    assert all(roles.values())
    assert roles["owner"] == 1
    statuses = set(org.invitations.values_list("status", flat=True))
    assert statuses == {"pending", "accepted", "declined", "revoked", "expired"}
    for email in ("grace.okafor@marram.example", "mateo.rivera@marram.example", "staff@roster.example", PASSWORD):
        assert email in said
    assert User.objects.get(email="grace.okafor@marram.example").check_password(PASSWORD)


def test_every_scheme_has_an_organization_in_which_somebody_holds_every_role():
    demo()
    for scheme in load_schemes().values():
        held = [
            set(org.memberships.filter(status="active").values_list("role__key", flat=True))
            for org in Organization.objects.filter(scheme=scheme.key)
        ]
        assert any(keys >= scheme.by_key.keys() for keys in held), scheme.key
    for org in Organization.objects.all():
        counters(org)
    aster = Organization.objects.get(slug="aster")
    assert aster.seatless_members == 2
    curator = aster.memberships.get(role__key="curator")
    assert curator.group_places.get(curates=True).group.name == "Reading room"


def test_demo_organization_has_groups_a_role_of_its_own_and_somebody_without_a_role():
    demo()
    org = Organization.objects.get(slug="marram")
    assert [group.name for group in org.groups.by_name()] == ["Field service", "Spring launch"]
    assert org.memberships.get(role=org.custom_roles.get()).name == "Adaeze Nwosu"
    assert org.memberships.without_role().get().name == "Omar Haddad"
    assert org.memberships.get(status="deactivated").name == "Tom Becker"
    assert [one.name for one in org.memberships.exclude(ends_at=None).order_by("ends_at")] == [
        "Sofia Rossi",
        "Oskar Wolff",
    ]
    assert 0 < org.memberships.filter(last_active_at=NEVER).count() < 5


def test_demo_past_is_in_order_and_spread_over_months():
    demo()
    org = Organization.objects.get(slug="marram")
    events = list(Event.objects.filter(chain_id=org.pk).order_by("number"))
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
    span = Event.objects.filter(chain_id=org.pk).aggregate(first=Min("at"), last=Max("at"))
    assert (span["last"] - span["first"]).days > 300
    assert span["last"] <= timezone.now()
    assert len({event.at.month for event in events}) > 9


def test_only_the_mails_of_open_offers_are_sent():
    demo()
    assert {letter.to[0] for letter in deliver()} == {
        "d.oconnell@marram.example",
        "felix@studiorossi.example",
        "grace.okafor@marram.example",
        "hana.kobayashi@marram.example",
    }


def test_demo_goes_into_an_empty_database_only(stranger):
    with pytest.raises(CommandError, match="has people in it"):
        demo()


@pytest.mark.parametrize("members", [1, 2, 501, 1_203])
def test_crowd_has_the_size_asked_for_and_true_books(members):
    said = demo(members=members)
    org = Organization.objects.get(slug="crowd-1")
    active, deactivated, reserved = counters(org)
    assert (active + deactivated, reserved) == (members, 0)
    assert recount(actor=SYSTEM, organization=org) == []
    assert f"{members:,} members" in said
    events = Event.objects.filter(chain_id=org.pk)
    assert Chain.objects.get(pk=org.pk).length == events.count()
    assert events.filter(entity="member").count() == members
    assert MembershipText.objects.filter(organization=org).count() == members


def test_crowd_of_nobody_is_refused():
    with pytest.raises(CommandError, match="1 or more"):
        demo(members=0)
