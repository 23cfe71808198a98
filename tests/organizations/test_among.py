"""Many texts in one list are found as they stand, whatever is in them, on both databases."""

import pytest
from django.db import connection

from organizations.among import among_texts, as_list
from organizations.models import Group

ODD = ['"', "\\", '\\"', "{a,b}", "a,b", "NULL", " ", "é", "'", "%s", "{}", "a\nb", "\t"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups(org):
    for name in [*ODD, "another"]:
        Group.objects.create(organization=org, name=f"x{name}")


def test_by_the_lookup(groups):
    found = Group.objects.filter(name__among={f"x{name}" for name in ODD})
    assert sorted(found.values_list("name", flat=True)) == sorted(f"x{name}" for name in ODD)


def test_by_a_statement_in_sql(groups):
    with connection.cursor() as cursor:
        statement = f"SELECT name FROM organizations_group WHERE name {among_texts('names')}"
        cursor.execute(statement, {"names": as_list([f"x{name}" for name in ODD])})
        assert sorted(name for (name,) in cursor.fetchall()) == sorted(f"x{name}" for name in ODD)


def test_none_finds_none(groups):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name FROM organizations_group WHERE name {among_texts('names')}",
            {"names": as_list([])},
        )
        assert cursor.fetchall() == []
