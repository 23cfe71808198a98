"""What keeps the house in order: only actions change a team, and actions look alike."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.no_database

APPS = ("audit", "mail", "accounts", "organizations", "invitations", "team")
CHANGES_A_TEAM = ("organizations", "invitations", "team")
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
    "save_model", "save_formset", "delete_model", "delete_queryset", "raw", "execute",
}  # fmt: skip
# Not rows of a team: sessions, dictionaries, cleaned forms.
HARMLESS = {"context", "session", "opened", "headers", "form", "filters", "data"}


def sources(*names: str, apps: tuple[str, ...] = APPS) -> list[Path]:
    """The files of these names (`views`, a folder or a module) in the apps."""
    found = []
    for app in apps:
        for name in names:
            found += [
                *Path(settings.BASE_DIR, app).glob(f"{name}.py"),
                *Path(settings.BASE_DIR, app, name).rglob("*.py"),
            ]
    return sorted(found)


def _short(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def actions() -> dict[str, Callable[..., Any]]:
    """Every action by its full name, as its module declares it."""
    found: dict[str, Callable[..., Any]] = {}
    for path in sources("actions"):
        name = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__")
        if name == "audit.actions":
            continue  # what makes an action
        for label, value in vars(import_module(name)).items():
            if inspect.isfunction(value) and hasattr(value, "__wrapped__") and value.__module__ == name:
                found[f"{name}.{label}"] = value
    return found


def test_actions_are_found():
    names = {name.rpartition(".")[2] for name in actions()}
    assert names >= {
        "create_organization",
        "set_seats",
        "settle_lapsed",
        "leave",
        "invite",
        "resend",
        "revoke",
        "accept",
        "decline",
    }


def test_every_action_takes_keywords_only_the_actor_first_and_no_request():
    for name, function in actions().items():
        parameters = list(inspect.signature(function).parameters.values())
        assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}, name
        assert parameters[0].name == "actor", name
        assert "Actor" in str(parameters[0].annotation), name
        assert not {"request", "session", "form"} & {parameter.name for parameter in parameters}, name
    with pytest.raises(TypeError):
        next(iter(actions().values()))(None)


@pytest.mark.parametrize("path", sources("actions"), ids=_short)
def test_actions_know_nothing_of_requests(path):
    tree = ast.parse(path.read_text("utf-8"))
    imported = {(node.module or "") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert not [
        name for name in imported if name.startswith(("django.http", "django.contrib.messages", "django.shortcuts"))
    ]


@pytest.mark.parametrize(
    "path", sources("views", "admin", "tasks", "forms", "management", "adapter", apps=CHANGES_A_TEAM), ids=_short
)
def test_a_team_is_changed_through_actions_only(path):
    """Views, the admin, tasks, forms and commands never write a row themselves."""
    writes = []
    for call in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            of = call.func.value
            owner = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            if owner not in HARMLESS:
                writes.append(f"{path.name}:{call.lineno} {ast.unparse(call.func)}")
    assert not writes


@pytest.mark.parametrize("path", sources("admin"), ids=_short)
def test_admin_never_writes_with_its_own_forms(path):
    """Its writes are views of its own: it declares no `save_model` and leaves the forms that would write closed."""
    tree = ast.parse(path.read_text("utf-8"))
    declared = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert not declared & {"save_model", "delete_model", "delete_queryset", "save_formset", "save_related"}
    assert "list_editable" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", sources("actions", "policies", apps=CHANGES_A_TEAM), ids=_short)
def test_actions_refuse_with_a_sentence_and_a_code(path):
    """PermissionDenied, ValidationError or NotAllowed with a code, or RuntimeError for a programmer's mistake."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or node.exc is None:
            continue
        assert isinstance(node.exc, ast.Call), f"{path}:{node.lineno}"
        assert isinstance(node.exc.func, ast.Name)
        assert node.exc.func.id in {"PermissionDenied", "ValidationError", "NotAllowed", "RuntimeError"}, (
            f"{path}:{node.lineno}"
        )
    for call in calls(path):
        if isinstance(call.func, ast.Name) and call.func.id == "ValidationError":
            by_field = call.args and isinstance(call.args[0], ast.Dict)
            assert by_field or "code" in {keyword.arg for keyword in call.keywords}, f"{path}:{call.lineno}"


def test_every_event_kind_is_of_an_app_that_declares_it_once():
    declared = []
    for path in sources("events"):
        declared += [
            call.args[0].value
            for call in calls(path)
            if isinstance(call.func, ast.Name) and call.func.id == "event" and isinstance(call.args[0], ast.Constant)
        ]
    assert len(declared) == len(set(declared))
    assert all(str(name).count(".") == 1 for name in declared)
