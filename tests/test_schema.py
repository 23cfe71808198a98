"""The database as the migrations leave it: every constraint and index that the models declare is there."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ("audit", "jobs", "mail", "accounts", "organizations", "invitations")


@pytest.mark.django_db
@pytest.mark.parametrize("app", OURS)
def test_every_constraint_and_index_of_the_models_is_in_the_database(app):
    missing = []
    for model in apps.get_app_config(app).get_models():
        declared = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
        with connection.cursor() as cursor:
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
        unnamed = {tuple(one["columns"]) for one in there.values() if one["check"]}
        for constraint in model._meta.constraints:
            # SQLite tells of a check without its name.
            if isinstance(constraint, models.CheckConstraint) and connection.vendor == "sqlite" and unnamed:
                declared.discard(constraint.name)
        missing += sorted(f"{model._meta.label}: {name}" for name in declared - there.keys())
    assert missing == []
