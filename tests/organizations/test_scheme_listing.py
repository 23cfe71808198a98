"""`manage.py schemes` lists and checks, `--json` prints everything, and the example of the documentation is right."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from organizations.models import Membership, Organization, Role
from organizations.permissions import OWN_RESOURCES
from organizations.scheme_files import read_scheme
from organizations.schemes import load_schemes

PAGE = Path(settings.BASE_DIR, "docs", "schemes.md")


def example(folder: Path) -> Path:
    """The file that the documentation shows."""
    shown = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown
    path = folder / "studio.toml"
    path.write_text(shown[1], "utf-8")
    return path


def listed(*arguments: str) -> str:
    said = StringIO()
    call_command("schemes", *arguments, stdout=said)
    return said.getvalue()


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "manage.py", "schemes", *arguments],
        cwd=settings.BASE_DIR,
        env=kept | {"DJANGO_SETTINGS_MODULE": "config.settings.test"} | environment,
        capture_output=True,
        text=True,
    )


def test_every_scheme_is_listed_with_its_file_its_ownership_and_its_roles(db: None, own_schemes: Path):
    path = example(own_schemes)
    said = listed()

    for one in load_schemes().values():
        assert f"{one.label} ({one.key})\n  {one.path}\n" in said
    assert said.endswith(
        f"""\
Studio (studio)
  {path}
  Exactly one Head. Ownership moves when the member accepts; whoever had it becomes Seller.
  Who is made curator of a group turns from Painter into Curator, and back with the last group.
  Needs production approval: sales.approve.
    Till (till)        1 permission, system-managed, no browser sign-in, no seat
    Painter (painter)  4 permissions
    Curator (curator)  7 permissions
    Seller (seller)    45 permissions, elevated
    Head (head)        48 permissions, owns, elevated

Every custom role and every organization fits its scheme.
"""
    )
    assert "Exactly one Owner. Ownership moves at once; whoever had it becomes Admin.\n" in said
    assert "At least one Admin.\n" in said
    assert "At least one Company admin; 2 are recommended.\n" in said
    assert "Partner (partner)  0 permissions, reserved\n" in said


def test_custom_roles_that_name_a_vanished_permission_are_reported_and_are_no_error(owner: Membership):
    Role.objects.create(
        organization=owner.organization, scheme="standard", key="pilot", label="Pilot", rank=1, grants=["members.fly"]
    )

    assert 'Marram Instruments: the custom role "Pilot" names members.fly, which' in listed()


def test_an_organization_whose_scheme_no_file_declares_is_an_error(owner: Membership):
    Organization.objects.filter(pk=owner.organization_id).update(scheme="lost")

    with pytest.raises(CommandError, match=r'^1 organization has the role scheme "lost", which no file declares'):
        listed()


def test_all_resources_roles_and_grants_are_printed_as_json_in_a_stable_order(own_schemes: Path):
    example(own_schemes)
    text = listed("--json")
    told = {one["key"]: one for one in json.loads(text)["schemes"]}

    assert text == listed("--json")
    assert list(told) == list(load_schemes())
    for key, one in load_schemes().items():
        assert told[key]["ownership"]["role"] == one.owner_key
        assert [role["key"] for role in told[key]["roles"]] == [role.key for role in one.roles]
        assert [role["grants"] for role in told[key]["roles"]] == [sorted(role.grants) for role in one.roles]
        assert [resource["key"] for resource in told[key]["resources"]] == [resource.key for resource in one.resources]
        own = [resource["key"] for resource in told[key]["resources"] if resource["own"]]
        assert own == [resource.key for resource in OWN_RESOURCES]
    studio = told["studio"]
    assert studio["ownership"] == {
        "role": "head", "rule": "exactly-one", "recommended": 1, "moves": "offer", "former_owner": "seller",
    }  # fmt: skip
    assert studio["curators"] == {"role": "curator", "instead_of": "painter"}
    assert told["standard"]["curators"] is None
    assert studio["production"] == ["sales.approve"]
    assert studio["resources"][-2] == {
        "key": "paintings", "label": "Paintings", "description": "What was painted, and where it hangs.", "own": False,
        "actions": ["create", "read", "update", "delete", "hang"],
    }  # fmt: skip
    assert studio["roles"][0] == {
        "key": "till", "label": "Till", "description": "The till at the door. Given by the shop itself.", "caution": "",
        "elevated": False, "reserved": False, "system_managed": True, "sign_in": False, "seat": False,
        "grants": ["sales.create"],
    }  # fmt: skip


def test_the_documentation_names_every_key_of_the_json(own_schemes: Path):
    page = PAGE.read_text("utf-8")

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for one in value.values() for key in keys(one)}
        return {key for one in value for key in keys(one)} if isinstance(value, list) else set()

    example(own_schemes)
    for key in keys(json.loads(listed("--json"))):
        assert f"`{key}`" in page[page.index("## Looking at them") :]


def test_the_example_of_the_documentation_is_right(tmp_path: Path):
    one = read_scheme(example(tmp_path))

    assert one.by_key["painter"].grants < one.by_key["curator"].grants | {"paintings.read@groups"}
    assert "paintings.delete" not in one.by_key["seller"].grants
    for resource in OWN_RESOURCES:
        assert f"`{resource.key}`" in PAGE.read_text("utf-8"), "what Roster guards itself is said"


def test_a_wrong_file_ends_with_one_and_the_sentence(tmp_path: Path):
    path = example(tmp_path)
    path.write_text(path.read_text("utf-8").replace("elevated", "elevatd"), "utf-8")

    for arguments in ([], ["--json"]):
        ended = started(*arguments, SCHEMES_DIR=str(tmp_path))
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith(f"Roster cannot start. The role scheme {path}, line ")
        assert ended.stderr.endswith("nothing of that name is known. Did you mean elevated?\n")
        assert ended.stderr.count("\n") == 1


def test_without_a_migrated_database_the_files_are_listed_all_the_same(tmp_path: Path):
    ended = started(DATA_DIR=str(tmp_path))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Standard (standard)" in ended.stdout
    assert ended.stdout.endswith(
        "Custom roles were not looked at: the database cannot be reached or is not migrated.\n"
    )
