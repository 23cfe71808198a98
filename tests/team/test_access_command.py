"""`manage.py access`: the same chain in plain text, and an exit status that a script can go by."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from organizations.models import Organization
from tests.factories import offer
from tests.team.test_access_page import custom, group_of, hold
from tests.witness import written


def access(user: str, permission: str, *more: str, organization: str = "marram") -> tuple[int, str]:
    """The exit status, and what was printed."""
    out = StringIO()
    arguments = ["--organization", organization, "--user", user, "--permission", permission, *more]
    status: int | str | None = 0
    with written() as news:
        try:
            call_command("access", *arguments, stdout=out)
        except SystemExit as end:
            status = end.code
    assert news.nothing
    return int(status or 0), out.getvalue()


def refusal(user: str, permission: str, *more: str, organization: str = "marram") -> tuple[int, str]:
    with pytest.raises(CommandError) as raised:
        access(user, permission, *more, organization=organization)
    return raised.value.returncode, str(raised.value)


def test_yes_ends_with_0_and_prints_the_chain(owner, member):
    status, said = access("Mina@marram.example.org", "members.read")
    assert status == 0
    assert said.splitlines()[0] == "Yes, Mina Haddad can read members."
    assert "  + Account is active, address verified (mina@marram.example.org)" in said
    assert "Accepted an invitation by Grace Okafor. No end date.)" in said
    assert said.splitlines()[-1] == "  + Grant members.read in the whole organization (From the role.)"


def test_no_ends_with_3_and_says_why(owner, member):
    status, said = access(member.email, "members.delete")
    assert status == 3
    assert said.splitlines()[0] == "No, Mina Haddad cannot delete members."
    assert said.splitlines()[-1] == "  x Grant members.delete is not in this role (Owner and Admin have it.)"


def test_group_is_asked_by_name_or_id(owner, member):
    hold(member, custom(owner.organization, "Keeper", "organization.read", "groups.update@groups"))
    sales = group_of(owner.organization, "Field sales", member)
    group_of(owner.organization, "Spring launch")
    for group in ("field sales", str(sales.pk)):
        assert access(member.email, "groups.update", "--group", group)[0] == 0
    assert access(member.email, "groups.update", "--group", "Spring launch")[0] == 3
    status, said = access(member.email, "groups.update")
    assert status == 3
    assert said.splitlines()[0] == "Yes, in Field sales. Nowhere else."


def test_address_without_membership_names_account_and_invitation(owner, stranger):
    status, said = access(stranger.email, "members.read")
    assert status == 3
    assert "    Account is active\n" in said
    offer(owner, "uma@example.org")
    status, said = access("uma@example.org", "members.read")
    assert status == 3
    assert said.splitlines()[:2] == [
        "No, uma@example.org does not belong to Marram Instruments.",
        "    Account there is none with this address",
    ]
    assert "  x Invitation waits for an answer (Until " in said


def test_member_is_found_by_any_address_they_confirmed(owner, member):
    EmailAddress.objects.create(user=member.user, email="mina@home.example.org", verified=True)
    assert access("mina@home.example.org", "members.read")[0] == 0


def test_program_gets_the_same_as_json(owner, member):
    status, said = access(member.email, "members.delete", "--json")
    found = json.loads(said)
    assert status == 3
    assert found["allowed"] is False
    assert found["chain"][-1] == {
        "link": "Grant members.delete is not in this role", "mark": "fails", "details": "Owner and Admin have it.",
    }  # fmt: skip


def test_production_approval_is_part_of_the_answer(owner, member):
    Organization.objects.update(scheme="partner-portal")
    hold(member, custom(Organization.objects.get(), "Buyer", "orders.create"))
    assert access(member.email, "orders.create")[0] == 3
    Organization.objects.update(production_approved_at=timezone.now())
    assert access(member.email, "orders.create")[0] == 0


def test_what_does_not_exist_ends_with_2_and_names_what_is_near(owner, member, outsider):
    group_of(owner.organization, "Field sales")
    group_of(outsider.organization, "Cellar")
    assert refusal(member.email, "members.read", organization="maram") == (
        2, "There is no organization maram. There is: marram.",
    )  # fmt: skip
    status, said = refusal(member.email, "member.read")
    assert status == 2
    assert said.startswith("The role scheme standard knows no permission member.read. There is: members.read")
    assert refusal(member.email, "members.fire")[1].endswith("members.read, members.update, members.delete.")
    for group in ("Cellar", str(outsider.organization.groups.get().pk)):
        status, said = refusal(member.email, "groups.read", "--group", group)
        assert (status, said) == (2, f"Marram Instruments has no group {group}. There is: Field sales.")
    assert refusal("no address", "members.read")[0] == 2
