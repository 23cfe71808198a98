"""A scheme file that is wrong is refused with file, place and mend, and never with a traceback."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from organizations.permissions import OWN_RESOURCES, Resource
from organizations.scheme_files import read_scheme
from organizations.schemes import OwnerRule, OwnershipMove, load_schemes

pytestmark = pytest.mark.no_database

RIGHT = """\
key = "studio"
label = "Studio"
description = "Painters and those who sell."
production = ["sales.approve"]

[ownership]
role = "head"
rule = "exactly-one"
moves = "offer"
former_owner = "painter"

[curators]
role = "keeper"
instead_of = "painter"

[[resources]]
key = "paintings"
label = "Paintings"
description = "What was painted."
actions = ["create", "read", "update", "delete", "hang"]

[[resources]]
key = "sales"
label = "Sales"
actions = ["read", "approve"]

[[roles]]
key = "guest"
label = "Guest"
description = "Comes and goes."
reserved = true
sign_in = false
seat = false

[[roles]]
key = "painter"
label = "Painter"
description = "Paints."
grants = ["organization.read", "paintings.*", "sales.read"]

[[roles]]
key = "keeper"
label = "Keeper"
description = "Keeps what hangs."
caution = "Takes pictures down."
elevated = true
grants = ["paintings.*@curated", "sales.*"]
except = ["paintings.delete"]

[[roles]]
key = "head"
label = "Head"
description = "Decides."
grants = ["*.*"]
"""


def written(folder: Path, text: str, name: str = "studio.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_scheme(path)
    return str(refused.value)


def test_what_a_file_says_is_what_the_scheme_is(tmp_path: Path):
    path = written(tmp_path, RIGHT)
    one = read_scheme(path)

    assert (one.key, one.label, one.description) == ("studio", "Studio", "Painters and those who sell.")
    assert one.resources == (
        *OWN_RESOURCES,
        Resource("paintings", "Paintings", ("create", "read", "update", "delete", "hang"), "What was painted."),
        Resource("sales", "Sales", ("read", "approve")),
    )
    assert one.resources[-2].verbs == ("hang",)
    assert (one.owner.key, one.owner_rule, one.recommended_owners) == ("head", OwnerRule.EXACTLY_ONE, 1)
    assert (one.moves, one.former_owner_key) == (OwnershipMove.OFFER, "painter")
    assert (one.curator_key, one.instead_of_key) == ("keeper", "painter")
    assert one.production == {"sales.approve"}
    assert one.path == path
    guest, painter, keeper, head = one.roles
    assert (guest.reserved, guest.system_managed, guest.signs_in, guest.takes_seat) == (True, False, False, False)
    assert (painter.reserved, painter.system_managed, painter.signs_in, painter.takes_seat) == (
        False, False, True, True,
    )  # fmt: skip
    assert (keeper.caution, keeper.elevated, keeper.rank) == ("Takes pictures down.", True, 2)
    assert guest.grants == frozenset()
    assert keeper.grants == {
        "paintings.create@curated", "paintings.read@curated", "paintings.update@curated", "paintings.hang@curated",
        "sales.read", "sales.approve",
    }  # fmt: skip
    assert head.grants == one.permission_set


@pytest.mark.parametrize(
    ("grants", "taken", "held"),
    [
        (["sales.*", "sales.read@groups"], [], {"sales.read", "sales.approve"}),
        (["sales.read@groups", "sales.read@curated"], [], {"sales.read@groups"}),
        (["sales.read@organization"], [], {"sales.read"}),
        (["sales.*", "sales.*@groups"], ["sales.approve"], {"sales.read"}),
        (["sales.*"], ["sales.read"], {"sales.approve"}),
        (["*.read@groups", "sales.read"], ["*.read@groups"], {"sales.read"}),
        (["*.read@groups"], [], {"paintings.read@groups", "sales.read@groups", "groups.read@groups"}),
        (["*.approve"], [], {"sales.approve"}),
        (["*.curators@curated", "groups.read@groups"], [], {"groups.curators@curated", "groups.read@groups"}),
    ],
)
def test_grants_keep_their_widest_scope_and_lose_what_is_excepted(tmp_path, grants, taken, held):
    changed = RIGHT.replace('["paintings.*@curated", "sales.*"]', str(grants)).replace(
        '["paintings.delete"]', str(taken)
    )

    assert read_scheme(written(tmp_path, changed)).by_key["keeper"].grants == held


def test_a_mark_that_editors_leave_at_the_beginning_is_passed_over(tmp_path: Path):
    assert read_scheme(written(tmp_path, "\ufeff" + RIGHT)).key == "studio"


# What stands in the file, what stands there instead, where that is, and how it is mended.
WRONG = [
    # names that are not known
    ("elevated = true", "elevatd = true", "line 46, at roles.keeper.elevatd", "Did you mean elevated?"),
    ('label = "Studio"', 'lable = "Studio"', "line 2, at lable", "Did you mean label?"),
    ('role = "head"', 'rol = "head"', "line 7, at ownership.rol", "Did you mean role?"),
    ("[ownership]", "[ownershp]", "line 6, at ownershp", "Did you mean ownership?"),
    ("[[roles]]", "[[role]]", "at role", "Did you mean roles?"),
    ('moves = "offer"', 'moves = "offer"\nwhen = "now"', "line 10, at ownership.when", "Known here: role, rule,"),
    ('instead_of = "painter"', 'instead = "painter"', "line 14, at curators.instead", "Did you mean instead_of?"),
    ('actions = ["read", "approve"]', 'verbs = ["read"]', "line 25, at resources.sales.verbs", "Known here: key,"),
    ('key = "studio"', '"two\\nlines" = 1\nkey = "studio"', "at two?lines", "Known here: key,"),
    # what is missing
    ('key = "studio"\n', "", "at key", "a text is missing. Write one in quotes."),
    ('label = "Studio"\n', "", "at label", "a text is missing."),
    ('description = "Decides."\n', "", "line 50, at roles.head.description", "a text is missing."),
    ('key = "sales"\n', "", "line 22, at resources, number 2.key", "a text is missing."),
    ('role = "head"\n', "", "line 6, at ownership.role", "a text is missing."),
    ('rule = "exactly-one"\n', "", "line 6, at ownership.rule", "a text is missing."),
    ('moves = "offer"\n', "", "line 6, at ownership.moves", "a text is missing."),
    ('former_owner = "painter"\n', "", "line 6, at ownership.former_owner", "a text is missing."),
    ('instead_of = "painter"\n', "", "line 12, at curators.instead_of", "a text is missing."),
    ('role = "keeper"\n', "", "line 12, at curators.role", "a text is missing."),
    (RIGHT[RIGHT.index("[[roles]]") :], "", "at roles", "Declare at least the role that owns"),
    (RIGHT[RIGHT.index("[ownership]") : RIGHT.index("[curators]")], "", "at ownership", "begins with [ownership]"),
    # another kind
    ('label = "Studio"', "label = 5", "line 2, at label", "it is a whole number. Write a text."),
    ('label = "Studio"', "label = 5.5", "line 2, at label", "it is a number. Write a text."),
    ('label = "Studio"', "label = 2026-01-01", "line 2, at label", "it is a date or time. Write a text."),
    ('label = "Studio"', 'label = "  "', "line 2, at label", "the text is empty."),
    ("elevated = true", 'elevated = "true"', "line 46, at roles.keeper.elevated", "Write true or false."),
    ("elevated = true", "elevated = 1", "line 46, at roles.keeper.elevated", "Write true or false."),
    ('moves = "offer"', 'moves = "offer"\nrecommended = true', "line 10", "Write a whole number."),
    ('["read", "approve"]', '"read"', "line 25, at resources.sales.actions", "it is a text. Write a list."),
    ('["read", "approve"]', '["read", 5]', "line 25", "one of them is a whole number. Write every one as a text"),
    ('grants = ["*.*"]', "grants = true", "line 54, at roles.head.grants", "it is true or false. Write a list."),
    ("production = [", 'resources = ["paintings"]\nproduction = [', "is not TOML", "Mend that line."),
    ("[ownership]", "[[ownership]]", "line 6, at ownership", "it is a list. Write a table."),
    # keys, and texts too long for their columns
    ('key = "studio"', 'key = "Studio"', "line 1, at key", '"Studio" is no key. Write small letters, digits, - and _'),
    ('key = "studio"', 'key = "5tudio"', "line 1, at key", "beginning with a letter"),
    ('key = "studio"', f'key = "{"s" * 51}"', "line 1, at key", "has 51 characters. Write 50 at most."),
    ('key = "keeper"\n', 'key = "the keeper"\n', "line 42, at roles.the keeper.key", "is no key."),
    ('key = "sales"', 'key = "art-sales"', "line 23, at resources.art-sales.key", "Write small letters, digits and _"),
    ('key = "sales"', 'key = "art.sales"', "line 23", '"art.sales" is no key.'),
    ('"approve"]', '"approve@groups"]', "line 25, at resources.sales.actions", '"approve@groups" is no action.'),
    ('"approve"]', '"a.b"]', "line 25, at resources.sales.actions", '"a.b" is no action.'),
    ('"approve"]', '""]', "line 25, at resources.sales.actions", '"" is no action.'),
    ('label = "Head"', f'label = "{"h" * 61}"', "line 52, at roles.head.label", "61 characters. Write 60 at most."),
    ('"Decides."', f'"{"d" * 301}"', "line 53, at roles.head.description", "301 characters. Write 300 at most."),
    ('"Takes pictures down."', f'"{"d" * 301}"', "line 45, at roles.keeper.caution", "Write 300 at most."),
    ('"What was painted."', f'"{"d" * 301}"', "line 19, at resources.paintings.description", "Write 300 at most."),
    ('"Decides."', '"Decides.\\u0000"', "line 53, at roles.head.description", "Write plain text on one line."),
    ('"Decides."', '"""Decides.\nAlways."""', "line 53, at roles.head.description", "Write plain text on one line."),
    # what is there twice
    ('key = "sales"', 'key = "paintings"', "line 23, at resources.paintings.key", "two resources with the key"),
    ('label = "Sales"', 'label = "paintings"', "line 24, at resources.sales.label", "two resources called"),
    ('label = "Sales"', 'label = "Members"', "line 24, at resources.sales.label", "two resources called"),
    ('key = "keeper"\n', 'key = "painter"\n', "line 42, at roles.painter.key", "two roles with the key"),
    ('label = "Keeper"', 'label = "painter"', "line 43, at roles.keeper.label", "two roles called"),
    ('"approve"]', '"read"]', "line 25, at resources.sales.actions", '"read" stands there twice. Write it once.'),
    ('key = "sales"', 'key = "members"', "line 23", '"members" is a resource of Roster\'s own. Choose another key.'),
    # patterns
    ('"sales.*"]', '"sale.*"]', "line 47, at roles.keeper.grants", '"sale.*" names no permission.'),
    ('"sales.*"]', '"sales.sell"]', "line 47, at roles.keeper.grants", '"sales.sell" names no permission.'),
    ('"sales.*"]', '"sales"]', "line 47, at roles.keeper.grants", "Write resource.action"),
    ('"sales.*"]', '"sales.*@group"]', "line 47, at roles.keeper.grants", "@groups or @curated"),
    ('"sales.*"]', '"sales.*@"]', "line 47, at roles.keeper.grants", "names no permission."),
    ('"sales.*"]', '"*"]', "line 47, at roles.keeper.grants", "names no permission."),
    ('"paintings.delete"]', '"paintings.burn"]', "line 48, at roles.keeper.except", "names no permission."),
    ('"paintings.delete"]', '"members.read"]', "line 48, at roles.keeper.except", "takes nothing away. Leave it out."),
    ('"sales.approve"', '"sales.sell"', "line 4, at production", '"sales.sell" names no permission.'),
    ('"sales.approve"', '"sales.approve@groups"', "line 4, at production", "leave out @ and what follows"),
    ('actions = ["read", "approve"]', "actions = []", "line 25, at resources.sales.actions", "Write at least one"),
    # who owns
    ('role = "head"', 'role = "heads"', "line 7, at ownership.role", '"heads" is not known here. Write "guest" or'),
    ('"exactly-one"', '"one"', "line 8, at ownership.rule", 'Write "exactly-one" or "at-least-one".'),
    ('"exactly-one"', '"at-least-one"', "line 9, at ownership.moves", "Take moves away."),
    (
        '"exactly-one"\nmoves = "offer"',
        '"at-least-one"',
        "line 9, at ownership.former_owner",
        "Take former_owner away.",
    ),
    ('moves = "offer"', 'moves = "later"', "line 9, at ownership.moves", 'Write "offer" or "immediate".'),
    ('moves = "offer"', 'moves = "offer"\nrecommended = 2', "line 10", "exactly one owner. Take recommended away."),
    ('moves = "offer"', 'moves = "offer"\nrecommended = 0', "line 10", "0 is too small. Write 1 or more."),
    ('former_owner = "painter"', 'former_owner = "head"', "line 10", "Name the one that a former owner gets."),
    ('former_owner = "painter"', 'former_owner = "guest"', "line 10", "Name one that is given by hand and signs in."),
    ('former_owner = "painter"', 'former_owner = "nobody"', "line 10", '"nobody" is not known here.'),
    ('"Decides."', '"Decides."\nreserved = true', "line 54, at roles.head.reserved", "Take reserved away."),
    ('"Decides."', '"Decides."\nsystem_managed = true', "at roles.head.system_managed", "Take system_managed away."),
    ('"Decides."', '"Decides."\nsign_in = false', "line 54, at roles.head.sign_in", "Take sign_in away."),
    ('"Decides."', '"Decides."\nseat = false', "line 54, at roles.head.seat", "Take seat away."),
    ('grants = ["*.*"]', 'grants = ["sales.*"]', "line 54, at roles.head.grants", "must hold organization.delete."),
    ('grants = ["*.*"]', 'grants = ["*.*@groups"]', "line 54, at roles.head.grants", "must hold organization.delete."),
    (
        'grants = ["*.*"]',
        'grants = ["*.*"]\nexcept = ["ownership.*"]',
        "line 54, at roles.head.grants",
        "must hold ownership.transfer.",
    ),
    (
        '"sales.*"]',
        '"*.*"]',
        "line 47, at roles.keeper.grants",
        "organization.delete belongs to the role that owns alone.",
    ),
    ('"sales.*"]', '"ownership.transfer"]', "line 47, at roles.keeper.grants", "Add it to the role's except"),
    (
        '"sales.*"]',
        '"members.*@curated"]',
        "line 47, at roles.keeper.grants",
        "whole organization or nothing. Leave out @",
    ),
    # who takes a seat, and who curates
    ("reserved = true\n", "", "line 32, at roles.guest.seat", "an invitation reserves a seat"),
    ('role = "keeper"', 'role = "keepers"', "line 13, at curators.role", '"keepers" is not known here.'),
    ('role = "keeper"', 'role = "head"', "line 13, at curators.role", "this is the role that owns"),
    ('role = "keeper"', 'role = "painter"', "line 14, at curators.instead_of", "the curators' role itself"),
    ('instead_of = "painter"', 'instead_of = "head"', "line 14, at curators.instead_of", "this is the role that owns"),
]


@pytest.mark.parametrize(("there", "instead", "place", "mend"), WRONG)
def test_what_is_wrong_is_refused_with_file_place_and_mend(tmp_path: Path, there, instead, place, mend):
    assert there in RIGHT
    path = written(tmp_path, RIGHT.replace(there, instead))
    said = refusal(path)

    assert said.startswith(f"The role scheme {path}")
    assert place in said
    assert mend in said
    assert "\n" not in said


def test_a_system_managed_role_without_a_seat_is_right(tmp_path: Path):
    one = read_scheme(written(tmp_path, RIGHT.replace("reserved = true", "system_managed = true")))

    assert (one.by_key["guest"].system_managed, one.by_key["guest"].takes_seat) == (True, False)


def test_where_a_list_is_written_in_one_line_the_place_is_said_without_a_line(tmp_path: Path):
    inline = RIGHT.replace(RIGHT[RIGHT.index("[[resources]]") : RIGHT.index("[[roles]]")], "").replace(
        "production = [", 'resources = [{key = "sales", label = "Sales", action = ["approve"]}]\nproduction = ['
    )

    assert ".toml, at resources.sales.action: " in refusal(written(tmp_path, inline))


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"", "it is empty. Begin with key, label and description"),
        (b"# nothing but a comment\n", "it is empty."),
        (b'key = "caf\xe9"', "byte 11 is not UTF-8. Save the file as UTF-8."),
        (b"\x89PNG\r\n\x1a\n", "byte 1 is not UTF-8."),
        (b"key = studio", "this is not TOML: Invalid value (at line 1, column 7). Mend that line."),
        (b"key = 'one'\nkey = 'two'\n", "this is not TOML: Cannot overwrite a value (at line 2, column 12)."),
        (b"key = " + b"[" * 100_000, "this is not TOML: what stands there is too long."),
        (b"key = " + b"1" * 10_000, "this is not TOML: what stands there is too long."),
        (b"a.b.c = 1", "nothing of that name is known."),
        (b"[[key]]\n[[roles]]", "at key: it is a list. Write a text."),
        (b"roles = 5\nkey='a'\nlabel='a'\ndescription='a'\n[ownership]\nrole='a'", "at roles: it is a whole number."),
        (b"roles = [5]\nkey='a'\nlabel='a'\ndescription='a'\n[ownership]\nrole='a'", "Begin each with [[roles]]."),
    ],
)
def test_a_file_that_holds_something_else_is_refused_in_a_sentence(tmp_path: Path, content, mend):
    path = tmp_path / "studio.toml"
    path.write_bytes(content)

    assert mend in refusal(path)


def test_no_damage_to_a_file_ends_in_anything_but_a_refusal(tmp_path: Path):
    """Bytes are taken away, doubled and swapped at random, always the same ones."""
    chance = random.Random(3)
    path = tmp_path / "studio.toml"
    refused = 0
    for _ in range(400):
        content = bytearray(RIGHT, "utf-8")
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(content))
            piece = content[start : start + chance.randint(1, 30)]
            content[start : start + len(piece)] = chance.choice(
                [b"", piece * 2, piece[::-1], bytes([chance.randrange(256)])]
            )
        path.write_bytes(content)
        try:
            read_scheme(path)
        except ImproperlyConfigured:
            refused += 1
    assert refused > 200


def test_schemes_of_the_folder_stand_beside_those_shipped(own_schemes: Path):
    written(own_schemes, RIGHT)
    written(own_schemes, "not a scheme", ".studio.toml")
    written(own_schemes, "not a scheme", "readme.txt")

    keys = list(load_schemes())
    assert (keys[0], keys[-1], len(keys)) == ("standard", "studio", 7)


@pytest.mark.parametrize(("key", "other"), [("winery", "winery.toml"), ("studio", "another.toml")])
def test_a_key_that_another_file_has_is_refused(own_schemes: Path, key, other):
    written(own_schemes, RIGHT, "another.toml")
    path = written(own_schemes, RIGHT.replace('key = "studio"', f'key = "{key}"'))

    with pytest.raises(ImproperlyConfigured) as refused:
        load_schemes()

    assert f"The role scheme {path}, at key: " in str(refused.value)
    assert other in str(refused.value)
    assert "Choose another key." in str(refused.value)


@pytest.mark.parametrize("folder", ["missing", "studio.toml", "with\0nul"])
def test_a_folder_that_is_none_is_refused(own_schemes: Path, settings, folder):
    written(own_schemes, RIGHT)
    settings.SCHEMES_DIR = str(own_schemes / folder)

    with pytest.raises(ImproperlyConfigured, match=r"SCHEMES_DIR names .* Give the folder of TOML files\."):
        load_schemes()


def test_a_folder_called_like_a_file_is_refused(own_schemes: Path):
    (own_schemes / "studio.toml").mkdir()

    with pytest.raises(ImproperlyConfigured, match=r"studio\.toml: it cannot be read"):
        load_schemes()


def test_a_wrong_file_stops_the_start_with_the_sentence_alone(tmp_path: Path):
    path = written(tmp_path, RIGHT.replace("elevated", "elevatd"))
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"SCHEMES_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert ended.stderr == (
        f"Roster cannot start. The role scheme {path}, line 46, at roles.keeper.elevatd: "
        "nothing of that name is known. Did you mean elevated?\n"
    )
