"""What is refused for lack of permission without a 403: people passed over, what a form or an action says no to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from audit.middleware import OriginMiddleware
from audit.models import Refused
from invitations.actions.offering import invite, invite_each
from invitations.models import Bucket, InvitationStatus
from invitations.offers import Offer
from jobs.tasks import run_due
from organizations.actions.arranging import arrange_groups
from organizations.actions.assigning import change_role
from organizations.actions.ending import set_end
from organizations.actions.groups import create_group
from organizations.actions.members import deactivate, remove
from organizations.actions.roles import create_role, edit_role
from organizations.bulk.deeds import CHANGE_ROLE, DEACTIVATE
from organizations.bulk.doing import do_now
from organizations.bulk.rehearsing import confirm, rehearse, start_rehearsal
from organizations.bulk.reports import Report
from organizations.bulk.selection import Selection
from organizations.models import Membership
from organizations.policies.codes import LACKS_PERMISSION, OTHERWISE
from tests.factories import UserFactory, acting, crowd, end_at, give_role, join, role_of
from tests.team.test_access_page import custom, hold
from tests.witness import undone, written

DESIGNING = ("organization.read", "members.read", "roles.read", "roles.create", "roles.update")
OWNS = "Grace Okafor owns Marram Instruments. Only an owner can change that."


def seen() -> list[tuple[str, str, int]]:
    return list(Refused.objects.order_by("at", "id").values_list("actor_label", "what", "times"))


def reason() -> str:
    return Refused.objects.get().reason


@pytest.fixture
def keeper(owner: Membership) -> Membership:
    """Somebody who designs roles, and holds little else."""
    membership = join(owner, UserFactory(name="Lea Keeper"))
    hold(membership, custom(owner.organization, "Designer", *DESIGNING))
    return membership


def make_role(by: Membership, *grants: str, label: str = "Keeper") -> Any:
    return create_role(
        actor=acting(by),
        organization=by.organization,
        label=label,
        description="",
        caution="",
        elevated=False,
        grants=grants,
    )


@pytest.mark.django_db
class TestPassedOver:
    @pytest.mark.parametrize("action", [remove, deactivate])
    def test_superior_is_a_refusal_of_that_action(self, org, owner, admin, action):
        with written() as news:
            outcome = action(actor=acting(admin), organization=org, memberships=[owner])
        assert [one.code for one in outcome.passed_over] == ["superior"]
        assert news.nothing
        assert seen() == [("Tomás Rivera", action.__name__, 1)]
        assert (reason(), Refused.objects.get().chain_id) == (OWNS, org.pk)

    def test_others_are_changed_and_one_refusal_stands_for_all_that_were_not(self, org, owner, admin, member, viewer):
        second = join(owner, UserFactory(name="Otto Second"), "owner")
        outcome = change_role(
            actor=acting(admin),
            organization=org,
            memberships=[owner, second, member, viewer],
            role=role_of(org, "viewer"),
        )
        assert (outcome.done, len(outcome.passed_over)) == ([member], 2)
        assert seen() == [("Tomás Rivera", "change_role", 1)]

    def test_whoever_lacks_nothing_is_refused_nothing(self, org, owner, admin):
        """The last owner stays, and nobody deactivates themselves: they can leave."""
        second = join(owner, UserFactory(name="Otto Second"), "owner")
        give_role(second, "member")
        outcome = deactivate(actor=acting(owner), organization=org, memberships=[owner])
        assert [one.code for one in outcome.passed_over] == ["oneself"]
        org.seat_limit = org.seats_taken
        org.save()
        invited = invite(
            actor=acting(owner), organization=org, addresses=["ove@example.org"], role=role_of(org, "member"), days=7
        )
        assert [one.code for one in invited.passed_over] == ["no_seat"]
        assert seen() == []

    def test_what_was_rolled_back_around_it_was_refused_all_the_same(self, rf, org, owner, admin):
        def view(request: Any) -> Any:
            with undone():
                remove(actor=acting(admin), organization=org, memberships=[owner])
            return HttpResponse()

        OriginMiddleware(view)(rf.post("/o/marram/members/"))
        assert seen() == [("Tomás Rivera", "remove", 1)]
        assert Refused.objects.get().path == "/o/marram/members/"

    def test_offer_of_a_role_that_is_not_ones_own_to_give_is_refused_and_a_full_house_is_not(self, org, owner, admin):
        offers = [Offer("ove@example.org", role_of(org, "owner")), Offer("tomas@marram.example.org", owner.role)]
        outcome = invite_each(actor=acting(admin), organization=org, offers=offers, days=7)
        assert [one.code for one in outcome.passed_over] == [Bucket.ROLE, Bucket.OWN]
        assert seen() == [("Tomás Rivera", "invite_each", 1)]
        assert reason() == "Only an owner can make another one."

    def test_several_groups_at_once_are_refused_once(self, org, owner, admin, member):
        groups = [
            create_group(actor=acting(owner), organization=org, name=name, description="")
            for name in ("Berlin", "Bonn")
        ]
        outcome = arrange_groups(actor=acting(member), membership=admin, into=groups, out_of=[])
        assert len(outcome.passed_over) == 2
        assert seen() == [("Mina Haddad", "add_to_group", 1)]

    def test_nobody_sets_their_own_end(self, org, owner, admin):
        outcome = set_end(actor=acting(admin), organization=org, memberships=[admin], ends_at=None)
        assert outcome.passed_over == []
        end_at(admin, timezone.now() + timedelta(days=9))
        outcome = set_end(actor=acting(admin), organization=org, memberships=[admin], ends_at=None)
        assert [one.code for one in outcome.passed_over] == ["own_end"]
        assert seen() == [("Tomás Rivera", "set_end", 1)]


@pytest.mark.django_db
class TestManyAtOnce:
    def test_preview_refuses_nothing_and_the_change_does(self, org, owner, admin, member):
        people = [owner, member]
        shared = {"actor": acting(admin), "organization": org, "deed": DEACTIVATE}
        assert len(rehearse(**shared, people=people, argument=None).outcome.passed_over) == 1
        assert seen() == []
        do_now(**shared, user=admin.user, memberships=people)
        assert seen() == [("Tomás Rivera", "deactivate", 1)]

    def test_pages_that_only_ask_leave_nothing_and_the_button_does(self, client_of, org, owner, admin, member):
        browser = client_of(admin)
        page = f"/o/marram/members/{owner.pk}/"
        for path in (page, f"{page}role/", f"{page}end/", f"{page}remove/", f"{page}deactivate/", "/o/marram/members/"):
            assert browser.get(path).status_code == 200
        asked = {"deed": DEACTIVATE.key, "m": f"{owner.pk.hex},{member.pk.hex}"}
        assert b"passed over" in browser.post("/o/marram/members/bulk/", asked).content
        assert seen() == []
        browser.post("/o/marram/members/bulk/", asked | {"argument": "", "go": "1"})
        assert seen() == [("Tomás Rivera", "deactivate", 1)]

    def test_job_over_many_superiors_leaves_one_row_however_many_they_are(self, org, owner, admin, member):
        """Looked through first, which leaves nothing; then each of its steps was refused once."""
        crowd(org, 620)
        superiors = org.memberships.exclude(pk__in=[owner.pk, admin.pk, member.pk])
        superiors.update(role=role_of(org, "owner"), owns=True)
        shared = {"actor": acting(admin), "user": admin.user, "organization": org}
        selection = Selection(tuple(org.memberships.exclude(pk=admin.pk).values_list("pk", flat=True)))
        viewer = role_of(org, "viewer")
        looked = start_rehearsal(**shared, deed=CHANGE_ROLE, argument=viewer, selection=selection)
        run_due.apply()
        assert seen() == []
        looked.refresh_from_db()
        job = confirm(**shared, job=looked)
        run_due.apply()
        job.refresh_from_db()
        assert (job.changed, Report.read(job.report).passed_over > 600) == (1, True)
        assert seen() == [("Tomás Rivera", "change_role", 2)]


@pytest.mark.django_db
class TestDemanded:
    @pytest.mark.parametrize(
        ("grant", "code"), [("api_keys.create", "more_than_own"), ("organization.delete", "reserved")]
    )
    def test_role_with_a_grant_that_its_maker_lacks(self, org, keeper, grant, code):
        with written() as news, pytest.raises(ValidationError) as refusal:
            make_role(keeper, grant)
        assert (refusal.value.code, news.nothing) == (code, True)
        assert seen() == [("Lea Keeper", "create_role", 1)]
        assert grant in reason()

    def test_role_is_given_more_than_its_editor_has(self, org, keeper):
        role = make_role(keeper, "members.read")
        with pytest.raises(ValidationError):
            edit_role(
                actor=acting(keeper),
                role=role,
                version=role.version,
                label="Keeper",
                description="",
                caution="",
                elevated=False,
                grants=["members.read", "api_keys.create"],
            )
        assert seen() == [("Lea Keeper", "edit_role", 1)]

    def test_what_anybody_would_be_told_is_no_refusal(self, org, owner):
        for grants in (["no.such"], ["members.read@groups"]):
            with pytest.raises(ValidationError):
                make_role(owner, *grants)
        assert seen() == []

    def test_page_says_it_beside_the_matrix_and_it_is_written_once(self, client_of, org, keeper):
        posted = {"label": "Cutter", "version": "0", "grant:api_keys.create": ""}
        answer = client_of(keeper).post("/o/marram/roles/new/", posted | {"grant:api_keys.create": "organization"})
        assert "You do not hold api_keys.create yourself" in answer.content.decode()
        assert seen() == [("Lea Keeper", "create_role", 1)]
        assert Refused.objects.get().path == "/o/marram/roles/new/"


@pytest.mark.django_db
class TestAForm:
    def test_role_of_the_owner_is_not_an_admins_to_change(self, client_of, org, owner, admin):
        page = reverse("organizations:change_role", args=["marram", owner.pk])
        chosen = {"role": str(role_of(org, "member").pk), "held_then": str(owner.role_id)}
        assert client_of(admin).post(page, chosen).status_code == 200
        assert seen() == [("Tomás Rivera", "the page that changes a role", 1)]
        assert (reason(), Refused.objects.get().path) == (OWNS, page)

    def test_role_of_an_owner_is_not_an_admins_to_give(self, client_of, org, owner, admin, member):
        page = reverse("organizations:change_role", args=["marram", member.pk])
        chosen = {"role": str(role_of(org, "owner").pk), "held_then": str(member.role_id)}
        answer = client_of(admin).post(page, chosen)
        assert "Choose one of these roles." in answer.content.decode()
        assert seen() == [("Tomás Rivera", "the page that changes a role", 1)]
        assert reason() == "Only an owner can make another one."

    def test_nor_to_many_nor_to_somebody_invited(self, client_of, org, owner, admin, member):
        browser, role = client_of(admin), str(role_of(org, "owner").pk)
        asked = {"deed": CHANGE_ROLE.key, "m": member.pk.hex, "role": role}
        assert browser.post("/o/marram/members/bulk/", asked).status_code == 200
        invited = {"addresses": "ove@example.org", "role": role, "days": "7"}
        assert browser.post("/o/marram/invitations/new/", invited).status_code == 200
        assert seen() == [
            ("Tomás Rivera", "the page that changes several people", 1),
            ("Tomás Rivera", "the page that invites people", 1),
        ]

    def test_nonsense_is_no_refusal(self, client_of, org, owner, admin, member):
        page = reverse("organizations:change_role", args=["marram", member.pk])
        for role in ("", "x", str(org.pk), "\x00"):
            client_of(admin).post(page, {"role": role, "held_then": str(member.role_id)})
        client_of(admin).post(page, {"role": str(role_of(org, "viewer").pk), "held_then": "another"})
        assert seen() == []


def codes_said(tree: ast.AST) -> Iterator[str]:
    """The codes of every no in a file. What hands on the code of another no says none of its own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = {"no": 1, "pass_over": 2}.get(name)
        if place is None:
            continue
        given = node.args[place] if len(node.args) > place else None
        given = given or next((one.value for one in node.keywords if one.arg == "code"), None)
        if given is None:
            yield "not_allowed" if name == "no" else ""
        elif isinstance(given, ast.Constant):
            yield str(given.value)
        elif ast.unparse(given) == "status.value":
            yield from set(InvitationStatus.values) - {InvitationStatus.PENDING.value}
        else:
            assert ast.unparse(given).endswith((".code", ".bucket")), ast.unparse(given)


@pytest.mark.no_database
def test_every_code_says_whether_it_means_lack_of_permission():
    found: dict[str, str] = {}
    for app in ("organizations", "invitations", "team"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            found |= dict.fromkeys(codes_said(ast.parse(path.read_text())), path.name)
    named = LACKS_PERMISSION | OTHERWISE
    assert {code: place for code, place in found.items() if code not in named} == {}
    assert named - found.keys() == set()
    assert not LACKS_PERMISSION & OTHERWISE
