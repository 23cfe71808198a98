"""A scheme file that changes changes the built-in roles at the next migrate; what no longer fits is said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event, EventType
from mail.models import Mail
from organizations.apps import OrganizationsConfig
from organizations.checks import every_scheme_is_declared
from organizations.models import Membership, Organization, Role
from organizations.receivers import write_builtin_roles
from organizations.schemes import load_schemes
from tests.factories import UserFactory, acting, end_at, found, give_role, join
from tests.witness import written

STUDIO = """\
key = "studio"
label = "Studio"
description = "Painters and those who sell."

[ownership]
role = "head"
rule = "at-least-one"

[[resources]]
key = "paintings"
label = "Paintings"
actions = ["read", "hang"]

[[roles]]
key = "model"
label = "Model"
description = "Sits."

[[roles]]
key = "painter"
label = "Painter"
description = "Paints."
grants = ["organization.read", "paintings.read"]

[[roles]]
key = "seller"
label = "Seller"
description = "Sells, and invites."
grants = ["*.*"]
except = ["organization.delete", "ownership.*"]

[[roles]]
key = "head"
label = "Head"
description = "Decides."
grants = ["*.*"]
"""
PAINTER = """description = "Paints."
grants = ["organization.read", "paintings.read"]"""
EXACTLY_ONE = '"exactly-one"\nmoves = "offer"\nformer_owner = "seller"'

Deploy = Callable[..., str]


@pytest.fixture
def deploy(db: None, own_schemes: Path) -> Deploy:
    """Puts the file of the studio in place with these changes, and migrates; answers what migrate said of it."""

    def deployed(*changes: tuple[str, str], text: str = STUDIO, verbosity: int = 1) -> str:
        for there, instead in changes:
            assert there in text
            text = text.replace(there, instead)
        (own_schemes / "studio.toml").write_text(text, "utf-8")
        return migrated(verbosity)

    return deployed


def migrated(verbosity: int = 1) -> str:
    load_schemes.cache_clear()
    said = StringIO()
    call_command("migrate", verbosity=verbosity, stdout=said)
    return said.getvalue()


@pytest.fixture
def head(deploy: Deploy) -> Membership:
    deploy()
    return found(UserFactory(name="Hanna Berg"), "Studio North", "north", "studio")


def painting(head: Membership, role: str = "painter") -> Membership:
    return join(head, UserFactory(name="Paul Sand"), role)


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("role", "organization").get(pk=membership.pk)


def test_every_role_of_every_file_is_a_row_as_its_file_says(db: None):
    rows = {(row.scheme, row.key): row for row in Role.objects.filter(organization=None)}

    assert len(rows) == sum(len(one.roles) for one in load_schemes().values())
    for one in load_schemes().values():
        for role in one.roles:
            row = rows[one.key, role.key]
            assert (row.label, row.description, row.caution) == (role.label, role.description, role.caution)
            assert (row.rank, row.grants, row.elevated) == (role.rank, sorted(role.grants), role.elevated)
            assert (row.reserved, row.system_managed) == (role.reserved, role.system_managed)
            assert (row.signs_in, row.takes_seat) == (role.signs_in, role.takes_seat)
            assert (row.owns, row.retired) == (role.key == one.owner_key, False)


def test_a_changed_file_changes_its_roles_and_what_their_holders_may_do(head: Membership, deploy: Deploy):
    painter = painting(head)
    events, mails = Event.objects.count(), Mail.objects.count()
    changed = """description = "Paints, and hangs."
caution = "Climbs ladders."
elevated = true
sign_in = false
grants = ["organization.read", "paintings.*"]"""

    deploy((PAINTER, changed), ('label = "Painter"', 'label = "Artist"'))

    role = again(painter).role
    assert role.pk == painter.role_id, "the row stays"
    assert (role.label, role.description, role.caution) == ("Artist", "Paints, and hangs.", "Climbs ladders.")
    assert (role.elevated, role.signs_in) == (True, False)
    assert acting(painter).grants == {"organization.read", "paintings.read", "paintings.hang"}
    assert (Event.objects.count(), Mail.objects.count()) == (events, mails), "no person changed anything"


def test_marks_of_a_role_follow_its_file(head: Membership, deploy: Deploy):
    deploy(('description = "Sits."', 'description = "Sits."\nreserved = true\nsystem_managed = true\nseat = false'))

    role = Role.objects.get(scheme="studio", key="model")
    assert (role.reserved, role.system_managed, role.takes_seat) == (True, True, False)


def test_migrating_again_writes_nothing(head: Membership):
    load_schemes.cache_clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        write_builtin_roles(OrganizationsConfig, using="default", verbosity=0)
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert not [sql for sql in written if "organizations_role" in sql.split("WHERE")[0]]
    assert len(queries) < 10


def test_a_role_that_left_its_file_is_retired_and_its_holders_keep_it(head: Membership, deploy: Deploy):
    model = painting(head, "model")
    model_role = STUDIO[STUDIO.index('[[roles]]\nkey = "model"') : STUDIO.index('[[roles]]\nkey = "painter"')]

    deploy((model_role, ""))
    assert again(model).role.retired
    assert Role.objects.get(scheme="studio", key="painter").rank == 0
    assert not Role.objects.of(head.organization).filter(key="model").exists(), "it is offered to nobody"

    deploy()
    assert not again(model).role.retired


def test_whoever_holds_the_role_that_owns_from_now_on_owns_without_an_end(head: Membership, deploy: Deploy):
    seller = painting(head, "seller")
    ended = painting(head, "seller")
    end_at(seller, timezone.now() + timedelta(days=3))
    Membership.objects.filter(pk=ended.pk).update(ends_at=timezone.now() - timedelta(days=3))
    owning = (
        ('role = "head"', 'role = "seller"'),
        ('grants = ["*.*"]\nexcept = ["organization.delete", "ownership.*"]', 'grants = ["*.*"]'),
        ('description = "Decides."\ngrants = ["*.*"]', 'description = "Decides."\ngrants = ["paintings.*"]'),
    )

    deploy(*owning)

    assert (again(head).owns, again(seller).owns) == (False, True)
    assert again(seller).ends_at is None
    assert again(ended).ends_at, "an access that has ended does not come back"
    assert not acting(ended).owns


OWNING = (
    ('role = "head"', 'role = "seller"'),
    ('grants = ["*.*"]\nexcept = ["organization.delete", "ownership.*"]', 'grants = ["*.*"]'),
    ('description = "Decides."\ngrants = ["*.*"]', 'description = "Decides."\ngrants = ["paintings.*"]'),
)


def test_each_membership_that_follows_its_scheme_has_an_event_of_rosters(head: Membership, deploy: Deploy):
    seller = painting(head, "seller")
    painting(head)
    ends_at = timezone.now() + timedelta(days=3)
    end_at(seller, ends_at)

    with written() as news:
        deploy(*OWNING)

    assert {event.target_id: (event.before, event.after) for event in news.events} == {
        head.user_id: ({"owns": "yes"}, {"owns": "no"}),
        seller.user_id: ({"owns": "no", "ends_at": str(ends_at)}, {"owns": "yes", "ends_at": "never"}),
    }
    assert {(event.action, event.type, event.actor_label) for event in news.events} == {
        ("member.owning_followed", EventType.SYSTEM_ACTION, "Roster"),
    }  # fmt: skip
    assert len({event.batch for event in news.events}) == 1
    assert not news.mails

    with written() as news:
        deploy(*OWNING)
    assert news.nothing, "nothing changed any more"


def test_being_the_one_owner_from_now_on_and_no_longer_is_told(head: Membership, deploy: Deploy):
    found(UserFactory(), "Lee & Sons", "lee")
    with written() as news:
        deploy(('"at-least-one"', EXACTLY_ONE))
        deploy()
    told = [(event.chain_id, event.target_label, event.before, event.after) for event in news.events]
    yes, no = {"sole_owner": "yes"}, {"sole_owner": "no"}
    assert told == [(head.organization_id, "Hanna Berg", no, yes), (head.organization_id, "Hanna Berg", yes, no)]


def test_another_one_owner_in_the_same_deployment_breaks_no_constraint(head: Membership, deploy: Deploy):
    deploy(('"at-least-one"', EXACTLY_ONE))
    seller = painting(head, "seller")
    with written() as news:
        deploy(*OWNING, ('"at-least-one"', EXACTLY_ONE.replace("seller", "painter")))
    assert (again(head).sole_owner, again(seller).sole_owner) == (False, True)
    assert (again(head).owns, again(seller).owns) == (False, True)
    assert [event.target_label for event in news.events] == ["Hanna Berg", "Paul Sand"]


def test_a_role_and_who_owns_by_it_are_written_together_or_not_at_all(
    head: Membership, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
):
    painting(head, "seller")
    monkeypatch.setattr("organizations.actions.following_schemes.record_of", lambda *args, **kwargs: 1 / 0)
    with written() as news, pytest.raises(ZeroDivisionError):
        deploy(*OWNING)
    assert news.nothing
    assert Role.objects.get(scheme="studio", key="head").owns
    assert again(head).owns


def test_many_owners_are_followed_in_few_statements(head: Membership, deploy: Deploy):
    people = [painting(head, "seller") for _ in range(20)]
    with CaptureQueriesContext(connection) as queries, written() as news:
        deploy(*OWNING)
    assert len(news.events) == len(people) + 1
    assert (
        len([one for one in queries if one["sql"].startswith("UPDATE") and "organizations_membership" in one["sql"]])
        < 5
    )
    assert len([one for one in queries if "audit_event" in one["sql"] and one["sql"].startswith("INSERT")]) < 5


def test_where_exactly_one_may_own_from_now_on_a_single_owner_is_the_one(head: Membership, deploy: Deploy):
    two = found(UserFactory(), "Studio South", "south", "studio")
    give_role(painting(two), "head")
    assert not again(head).sole_owner

    deploy(('"at-least-one"', EXACTLY_ONE))
    assert again(head).sole_owner
    assert not two.organization.memberships.filter(sole_owner=True).exists(), "which of the two is for people to say"

    deploy()
    assert not again(head).sole_owner
    assert again(head).owns


def test_seats_are_counted_again_where_a_role_takes_none_from_now_on(head: Membership, deploy: Deploy):
    painting(head, "model")
    painting(head, "model")
    elsewhere = found(UserFactory(), "Lee & Sons", "lee")
    assert Organization.objects.get(pk=head.organization_id).seats_used == 3

    deploy(('description = "Sits."', 'description = "Sits."\nreserved = true\nseat = false'))

    organization = Organization.objects.get(pk=head.organization_id)
    assert (organization.seatless_members, organization.seats_used, organization.active_members) == (2, 1, 3)
    assert Organization.objects.get(pk=elsewhere.organization_id).seatless_members == 0
    deploy()
    assert Organization.objects.get(pk=head.organization_id).seats_used == 3


def hanger(head: Membership) -> Role:
    """A custom role that hangs paintings."""
    return Role.objects.create(
        organization=head.organization,
        scheme="studio",
        key="hanger",
        label="Hanger",
        rank=1,
        grants=["organization.read", "paintings.hang@groups"],
    )


def test_a_custom_role_that_names_a_vanished_permission_is_reported_and_not_broken(head: Membership, deploy: Deploy):
    painter = painting(head)
    Membership.objects.filter(pk=painter.pk).update(role=hanger(head))

    said = deploy(('["read", "hang"]', '["read"]'))

    assert (
        'Studio North: the custom role "Hanger" names paintings.hang@groups, which the role scheme "studio" no longer '
        "knows. It grants nothing; the rest of the role stands. Edit the role to take it away.\n"
    ) in said
    assert acting(painter).grants == {"organization.read"}
    assert again(painter).role.grants == ["organization.read", "paintings.hang@groups"], "the row is left alone"
    assert deploy(('["read", "hang"]', '["read"]'), verbosity=0) == ""
    assert "Hanger" not in deploy(), "it is back"


@pytest.fixture
def orphaned(head: Membership, own_schemes: Path) -> Organization:
    """An organization whose scheme no file declares any more, with a custom role."""
    hanger(head)
    (own_schemes / "studio.toml").unlink()
    load_schemes.cache_clear()
    return head.organization


SENTENCE = (
    '1 organization has the role scheme "studio", which no file declares: nobody can work there. '
    "Put its file back into the folder that SCHEMES_DIR names."
)


def test_a_scheme_that_organizations_have_and_no_file_declares_is_named(orphaned: Organization):
    assert SENTENCE in migrated()
    Organization.objects.create(name="Studio South", slug="south", scheme="studio")
    Organization.objects.create(name="Studio West", slug="west", scheme="atelier")

    said = migrated()

    assert '2 organizations have the role scheme "studio", which no file declares' in said
    assert '1 organization has the role scheme "atelier", which no file declares' in said


def test_the_check_of_the_database_fails_while_no_file_declares_a_scheme(orphaned: Organization, deploy: Deploy):
    found_wrong = run_checks(tags=[Tags.database], databases=["default"])
    assert [(error.id, error.msg) for error in found_wrong if error.is_serious()] == [("organizations.E001", SENTENCE)]
    assert not every_scheme_is_declared(databases=None), "without the database, nothing is asked"

    deploy()
    assert not run_checks(tags=[Tags.database], databases=["default"])


def test_the_check_of_a_database_that_is_not_migrated_has_nothing_to_say(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=settings.BASE_DIR,
        env=environment | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_earlier_migration_writes_no_roles(db: None):
    """The database has neither their columns nor, before the first migration, their table."""
    Role.objects.filter(organization=None).delete()
    loader = MigrationExecutor(connection).loader
    for earlier in ([("organizations", "0001_initial")], [("accounts", "0001_initial")]):
        write_builtin_roles(OrganizationsConfig, using="default", apps=loader.project_state(earlier).apps)
        assert not Role.objects.exists()

    newest = loader.project_state(loader.graph.leaf_nodes()).apps
    write_builtin_roles(OrganizationsConfig, using="default", apps=newest)
    assert Role.objects.filter(scheme="standard").count() == 4
