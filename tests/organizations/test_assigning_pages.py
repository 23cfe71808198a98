"""Giving somebody another role, in the browser: what is offered, what is refused and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.roles import create_role
from organizations.models import Membership, Role
from tests.factories import UserFactory, acting, found, give_role, join, role_of
from tests.witness import written

pytestmark = pytest.mark.django_db


def page(person: Membership) -> str:
    return reverse("organizations:change_role", args=[person.organization.slug, person.pk])


def choose(browser: Any, person: Membership, role: Role | str, **fields: Any) -> Any:
    """Open the page of that person, and choose the role there."""
    held = Membership.objects.get(pk=person.pk).role_id or ""
    key = role.pk if isinstance(role, Role) else role
    return browser.post(page(person), {"role": str(key), "held_then": str(held)} | fields)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def role_held(person: Membership) -> str | None:
    role = Membership.objects.get(pk=person.pk).role
    return role.key if role else None


@pytest.fixture
def winemaker() -> Membership:
    """The one owner of a winery."""
    return found(UserFactory(name="Wilma Owner", email="wilma@winery.example.org"), "Hill Winery", "hill", "winery")


def test_roles_stand_from_narrow_to_wide_with_description_caution_and_what_is_held(client_of, owner, member):
    answer = client_of(owner).get(page(member))
    seen = text_of(answer)
    assert [role.key for role, _ in answer.context["form"].roles] == ["viewer", "member", "admin", "owner"]
    assert "Can remove everyone but the owners." in seen
    options = seen.split("<label class=")
    assert ["Member" in option for option in options if '<span class="tag">Now</span>' in option] == [True]
    checked = [line for line in seen.splitlines() if " checked" in line]
    assert len(checked) == 1
    assert str(member.role_id) in checked[0]


def test_role_is_changed_and_counts_from_the_next_request(client_of, owner, member):
    theirs = client_of(member)
    assert theirs.get("/o/marram/audit/").status_code == 403
    with written() as news:
        answer = choose(client_of(owner), member, role_of(owner.organization, "admin"))
    assert answer.headers["Location"] == "/o/marram/members/"
    assert news.actions == ["member.role_changed"]
    assert news.events[0].before == {"role": "Member"}
    assert news.events[0].after == {"role": "Admin"}
    assert theirs.get("/o/marram/audit/").status_code == 200


def test_answer_says_what_happened(client_of, owner, member):
    browser = client_of(owner)
    answer = browser.get(choose(browser, member, role_of(owner.organization, "viewer")).headers["Location"])
    assert "<b>Mina Haddad</b> is Viewer in Marram Instruments now." in text_of(answer)


def test_same_role_changes_nothing_and_says_so(client_of, owner, member):
    browser = client_of(owner)
    with written() as news:
        answer = choose(browser, member, role_of(owner.organization, "member"))
    assert news.nothing
    assert "<b>Mina Haddad</b> is Member in Marram Instruments already." in text_of(
        browser.get(answer.headers["Location"])
    )


def test_roles_that_may_not_be_given_say_why_and_are_refused(client_of, admin, member):
    browser = client_of(admin)
    seen = text_of(browser.get(page(member)))
    assert "Only an owner can make another one." in seen
    with written() as news:
        answer = choose(browser, member, role_of(admin.organization, "owner"))
    assert "Choose one of these roles." in text_of(answer)
    assert news.nothing
    assert role_held(member) == "member"


@pytest.mark.parametrize("typed", ["", "no-id", "\x00", "x" * 5_000, "01a2004e-438d-720b-b8e0-b2a49718bdc8"])
def test_role_that_is_none_is_answered_beside_the_field(client_of, owner, member, typed):
    with written() as news:
        answer = choose(client_of(owner), member, typed)
    assert answer.status_code == 200
    assert "Choose one of these roles." in text_of(answer) or "This field is required." in text_of(answer)
    assert news.nothing


def test_custom_role_of_another_organization_is_none_here(client_of, owner, member, outsider):
    theirs = create_role(
        actor=acting(outsider),
        organization=outsider.organization,
        label="Their own",
        description="",
        caution="",
        elevated=False,
        grants=["members.read"],
    )
    with written() as news:
        assert "Choose one of these roles." in text_of(choose(client_of(owner), member, theirs))
    assert news.nothing


def test_person_of_another_organization_is_not_there(client_of, owner, outsider):
    path = reverse("organizations:change_role", args=["marram", outsider.pk])
    with written() as news:
        assert client_of(owner).get(path).status_code == 404
        assert client_of(owner).post(path, {"role": str(role_of(owner.organization, "viewer").pk)}).status_code == 404
    assert news.nothing


@pytest.mark.parametrize(
    ("who", "whom", "why"),
    [
        ("admin", "admin", "Nobody changes their own role."),
        ("owner", "owner", "Nobody changes their own role."),
        ("admin", "owner", "Grace Okafor owns Marram Instruments. Only an owner can change that."),
    ],
)
def test_page_of_somebody_one_may_not_change_says_why(request, client_of, owner, admin, who, whom, why):
    actor, person = request.getfixturevalue(who), request.getfixturevalue(whom)
    browser = client_of(actor)
    seen = text_of(browser.get(page(person)))
    assert why in seen
    assert "Change the role" not in seen
    with written() as news:
        assert choose(browser, person, role_of(owner.organization, "viewer")).status_code == 200
    assert news.nothing


def test_of_two_owners_one_may_be_demoted_by_the_other(client_of, owner, admin):
    choose(client_of(owner), admin, role_of(owner.organization, "owner"))
    choose(client_of(admin), owner, role_of(owner.organization, "member"))
    assert (role_held(admin), role_held(owner)) == ("owner", "member")


def test_choice_made_on_an_old_page_is_told_and_not_written(client_of, owner, admin, member):
    browser = client_of(admin)
    viewer, old = role_of(owner.organization, "viewer"), str(member.role_id)
    choose(client_of(owner), member, role_of(owner.organization, "admin"))
    with written() as news:
        answer = choose(browser, member, viewer, held_then=old)
    seen = text_of(answer)
    assert "Somebody else changed this meanwhile: Mina Haddad is Admin now. Look, and choose again." in seen
    assert news.nothing
    assert role_held(member) == "admin"
    again = answer.context["form"]["held_then"].value()
    choose(browser, member, viewer, held_then=again)
    assert role_held(member) == "viewer"


def test_person_without_a_role_is_given_one(client_of, owner, member):
    give_role(member, None)
    browser = client_of(owner)
    assert "No role" in text_of(browser.get(page(member)))
    choose(browser, member, role_of(owner.organization, "viewer"))
    assert role_held(member) == "viewer"


def test_choosing_the_one_owner_leads_to_the_transfer(client_of, winemaker):
    heir = join(winemaker, UserFactory(name="Hedy Heir"), "admin")
    browser = client_of(winemaker)
    assert "takes Hill Winery over from you" in text_of(browser.get(page(heir)))
    with written() as news:
        answer = choose(browser, heir, role_of(winemaker.organization, "owner"))
    assert answer.headers["Location"] == reverse("organizations:ownership_transfer", args=["hill", heir.pk])
    assert news.nothing


def test_only_the_one_owner_is_offered_that(client_of, winemaker):
    admin = join(winemaker, UserFactory(name="Ada Admin"), "admin")
    member = join(winemaker, UserFactory(name="Max Member"), "member")
    seen = text_of(client_of(admin).get(page(member)))
    assert "Only the owner can hand Hill Winery on." in seen
    assert "Choose one of these roles." in text_of(
        choose(client_of(admin), member, role_of(winemaker.organization, "owner"))
    )
    assert "Wilma Owner owns Hill Winery. Only an owner can change that." in text_of(
        client_of(admin).get(page(winemaker))
    )


def test_reserved_and_system_managed_roles_are_not_offered_and_not_taken(client_of):
    head = found(UserFactory(name="Pia Head"), "Alliance", "alliance", "partner-management")
    member = join(head, UserFactory(name="Max Member"), "member")
    answer = client_of(head).get(page(member))
    assert "partner" not in [role.key for role, _ in answer.context["form"].roles]
    with written() as news:
        refused = choose(client_of(head), member, role_of(head.organization, "partner"))
    assert "Choose one of these roles." in text_of(refused)
    assert news.nothing
    give_role(member, "partner")
    assert "which is not given or taken by hand" in text_of(client_of(head).get(page(member)))


def test_curator_cannot_be_given_the_role_that_the_place_replaces(client_of):
    asha = found(UserFactory(name="Asha Reef"), "Reef", "reef", "knowledge-platform")
    basic = join(asha, UserFactory(name="Bo Lindén"), "basic")
    group = create_group(actor=acting(asha), organization=asha.organization, name="Corals", description="")
    add_to_group(actor=acting(asha), group=group, memberships=[basic])
    make_curators(actor=acting(asha), group=group, memberships=[basic])
    assert "curates a group, which needs another role" in text_of(client_of(asha).get(page(basic)))
    choose(client_of(asha), basic, role_of(asha.organization, "basic"))
    assert role_held(basic) == "curator"


# The members table


def controls(browser: Any) -> list[str]:
    """Whose roles are controls there: the person that stands in the row, and the role that is a link."""
    rows = browser.get("/o/marram/members/").content.decode().split("<tr>")
    found = (re.search(r"<a class=name[^>]*>([^<]+).*<a class=\"role-control[^>]*>([^<]+)", row) for row in rows)
    return [f"{one.group(2)}, role of {one.group(1)}" for one in found if one]


def test_role_in_a_row_leads_to_the_change_for_those_who_may(client_of, owner, admin, member, viewer):
    assert controls(client_of(owner)) == [
        "Member, role of Mina Haddad",
        "Admin, role of Tomás Rivera",
        "Viewer, role of Vera Lindqvist",
    ]
    assert controls(client_of(admin)) == ["Member, role of Mina Haddad", "Viewer, role of Vera Lindqvist"]
    assert controls(client_of(member)) == []
    assert f"href={member.pk}/role/>" in text_of(client_of(owner).get("/o/marram/members/"))
    assert page(member) == f"/o/marram/members/{member.pk}/role/"
