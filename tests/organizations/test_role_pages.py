"""Roles side by side, one role, and two compared."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from organizations.models import MOST_ROLES, Membership, Organization, Role
from organizations.schemes import load_schemes
from tests.factories import UserFactory, acting, deactivate, end_at, found, give_role, join, offer, role_of
from tests.organizations.designing import design, hold
from tests.witness import written


@pytest.fixture
def harbour(db) -> Membership:
    """The owner of an organization with the scheme of a partner portal."""
    return found(UserFactory(name="Hanna Vik"), "Harbour Portal", "harbour", scheme="partner-portal")


def page(client_of, who: Membership, name: str, *args, query: str = "") -> str:
    response = client_of(who).get(reverse(f"organizations:{name}", args=[who.organization.slug, *args]) + query)
    assert response.status_code == 200
    html: str = response.content.decode()
    return html


def words(html: str) -> str:
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", strip_tags(main.replace("<", " <")))


def row_of(html: str, label: str) -> str:
    """The words of the row of that role or resource."""
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    return next(words(row) for row in rows if re.search(rf">\s*{re.escape(label)}\s*<", row))


def test_built_in_and_custom_roles_stand_together_from_narrow_to_wide(client_of, owner):
    design(owner, "Greeter", "members.read", description="Says hello.", caution="Sees every address.", elevated=True)
    html = page(client_of, owner, "roles")
    labels = re.findall(r'<svg class="reach"[^>]*>.*?</svg>([^<]+)</span></a>', html)
    assert labels == ["Viewer", "Greeter", "Member", "Admin", "Owner"]
    greeter = row_of(html, "Greeter")
    for said in ("Says hello.", "Sees every address.", "Elevated", "Custom", "None yet", "1 of 40"):
        assert said in greeter
    assert "Owns" in row_of(html, "Owner")
    assert "Built-in" in row_of(html, "Owner")


def test_a_role_of_another_organization_is_nowhere(client_of, owner, outsider):
    theirs = design(outsider, "Quartermaster", "members.read")
    for name in ("roles", "role_compare"):
        html = page(client_of, owner, name)
        assert "Quartermaster" not in html
        assert str(theirs.pk) not in html


def test_only_people_who_can_act_count_as_holders(client_of, owner, member, viewer, deactivated):
    role = design(owner, "Greeter", "members.read")
    lapsed = join(owner, UserFactory(name="Lars Lapsed"))
    hold(role, member, viewer, deactivated, lapsed)
    end_at(lapsed, timezone.now() - timedelta(seconds=1))
    assert "2 people" in row_of(page(client_of, owner, "roles"), "Greeter")


def test_who_has_no_role_is_named_with_the_link_that_mends_it(client_of, owner, member):
    people = [join(owner, UserFactory(name=f"{letter} Roleless")) for letter in "ABCD"]
    lapsed = join(owner, UserFactory(name="A Lapsed"))
    for one in (*people, lapsed):
        give_role(one, None)
    end_at(lapsed, timezone.now() - timedelta(seconds=1))
    html = page(client_of, owner, "roles")
    assert "4 people have no role and can do nothing here: A Roleless , B Roleless , C Roleless and others." in words(
        html
    )
    assert reverse("organizations:change_role", args=["marram", people[0].pk]) in html
    seen = page(client_of, member, "roles")
    assert "A Roleless" in seen
    assert reverse("organizations:change_role", args=["marram", people[0].pk]) not in seen


def test_too_few_owners_are_told_to_whoever_may_assign(client_of, owner, admin, member):
    said = "1 person owns Marram Instruments , and 2 are recommended"
    assert said in words(page(client_of, owner, "roles"))
    assert said in words(page(client_of, admin, "roles"))
    assert said not in words(page(client_of, member, "roles"))
    give_role(admin, "owner")
    assert "are recommended" not in words(page(client_of, owner, "roles"))


def test_what_vanished_from_the_scheme_is_marked(client_of, owner):
    role = design(owner, "Greeter", "members.read")
    Role.objects.filter(pk=role.pk).update(grants=["members.read", "parcels.read", "parcels.send@groups"])
    assert "No longer exists: parcels.read, parcels.send@groups" in row_of(page(client_of, owner, "roles"), "Greeter")
    text = words(page(client_of, owner, "role", role.pk))
    assert "parcels.read, parcels.send@groups no longer exist in Standard and grant nothing." in text
    assert "1 of 40" in text


def test_a_role_that_left_the_scheme_is_shown_as_long_as_somebody_holds_it(client_of, owner, org, viewer):
    Role.objects.filter(pk=viewer.role_id).update(retired=True)
    assert "The role scheme no longer knows it" in words(page(client_of, owner, "roles"))
    assert "Viewer" in words(page(client_of, owner, "role", viewer.role_id))
    give_role(viewer, None)
    assert "The role scheme no longer knows it" not in words(page(client_of, owner, "roles"))


def test_roles_that_nobody_gives_stand_apart_with_their_pages(client_of, db):
    owner = found(UserFactory(name="Kari Dal"), "Fjell", "fjell", scheme="knowledge-platform")
    html = page(client_of, owner, "roles")
    apart = html[html.index("Not given by hand") :]
    for key in ("slack_user", "ext_perm_user"):
        role = role_of(owner.organization, key)
        assert reverse("organizations:role", args=["fjell", role.pk]) in apart
        text = words(page(client_of, owner, "role", role.pk))
        assert "nobody gives or takes it by hand" in text
        assert "Opens no page of Fjell in the browser." in text


@pytest.mark.parametrize(
    ("who", "custom", "offered", "refused"),
    [
        ("owner", True, {"View permissions", "Compare", "Edit", "Clone", "Delete"}, []),
        ("owner", False, {"View permissions", "Compare", "Clone"}, []),
        ("member", True, {"View permissions", "Compare"}, ["roles.update", "roles.create", "roles.delete"]),
    ],
)
def test_the_menu_offers_what_applies_and_says_why_not(client_of, request, org, who, custom, offered, refused):
    owner, person = request.getfixturevalue("owner"), request.getfixturevalue(who)
    role = design(owner, "Greeter", "members.read") if custom else role_of(org, "viewer")
    html = page(client_of, person, "role_menu", role.pk)
    links = {words(link).strip() for link in re.findall(r"<a class=.*?</a>", html, re.DOTALL)}
    assert links == offered
    for permission in refused:
        assert f"Your role does not include {permission}." in html


def test_a_superior_role_is_not_offered_for_edit_with_the_reason(client_of, owner, admin):
    role = design(owner, "Deputy", "members.read", "members.update", "roles.assign")
    lesser = design(owner, "Role desk", "roles.read", "roles.update", "roles.delete", "organization.read")
    hold(lesser, admin)
    html = page(client_of, admin, "role", role.pk)
    assert "Deputy may do more than you may, so you cannot change it." in html
    assert reverse("organizations:role_edit", args=["marram", role.pk]) not in html
    assert "so you cannot delete it" in page(client_of, admin, "role_menu", role.pk)


def test_the_matrix_says_how_far_each_permission_reaches(client_of, harbour):
    role = design(
        harbour,
        "Desk",
        "orders.create",
        "orders.read@groups",
        "orders.update@curated",
        "roles.assign",
        "catalogue.read",
    )
    html = page(client_of, harbour, "role", role.pk)
    reach = "whole organization the groups they belong to the groups they curate no"
    assert row_of(html, "Orders").split() == ["Orders", "the", *reach.split()]
    assert row_of(html, "Catalogue").split() == ["Catalogue", "the", "whole", "organization"]
    assert "assign : the whole organization" in row_of(html, "Roles")
    assert [words(band).strip() for band in re.findall(r'<tr class="band".*?</tr>', html)] == ["Work", "Team"]
    assert "orders.create waits until Harbour Portal is approved for production." in words(html)
    Organization.objects.update(production_approved_at=timezone.now())
    assert "approved for production, so orders.create counts" in words(page(client_of, harbour, "role", role.pk))


def test_the_matrix_has_a_head_for_every_row_and_column(client_of, owner, org):
    html = page(client_of, owner, "role", role_of(org, "admin").pk)
    table = html[html.index('<table class="matrix"') : html.index("</table>")]
    assert table.count('scope="col"') == 6
    assert table.count('scope="row"') == len(org.rules.resources)
    assert table.count("<td") == 5 * len(org.rules.resources)


def test_who_changed_a_role_last_and_when(client_of, owner):
    role = design(owner, "Greeter", "members.read")
    assert re.search(r"Changed just now by Grace Okafor", words(page(client_of, owner, "role", role.pk)))
    assert "From the scheme Standard" in words(page(client_of, owner, "role", role_of(owner.organization, "admin").pk))


def test_people_of_a_role_come_by_name_page_by_page(client_of, owner, org, member):
    role = role_of(org, "member")
    for number in range(60):
        join(owner, UserFactory(name=f"Walker {number:02}"))
    deactivate(member)
    first = page(client_of, owner, "role", role.pk, query="?tab=people")
    assert "Mina Haddad" in first
    assert "Deactivated" in row_of(first.replace('title="Mina Haddad"', ""), "Mina Haddad")
    assert "Walker 38" in first
    assert "Walker 39" not in first
    following = re.search(r'href="(\?tab=people&amp;after=[^"]+)"', first).group(1).replace("&amp;", "&")
    second = page(client_of, owner, "role", role.pk, query=following)
    assert "Walker 39" in second
    assert "Walker 59" in second
    assert "Walker 38" not in second


def test_people_are_shown_to_whoever_may_read_members_alone(client_of, owner, member):
    role = design(owner, "Role desk", "roles.read", "organization.read")
    hold(role, member)
    html = page(client_of, member, "role", role.pk, query="?tab=people")
    assert "?tab=people" not in html
    assert "Mina Haddad" not in words(html)
    assert "matrix" in html


@pytest.mark.parametrize("after", ["x", "%00", "9" * 400, "0" * 32])
def test_a_place_in_the_list_that_means_nothing_is_its_beginning(client_of, owner, org, member, after):
    query = f"?tab=people&after={after}"
    assert "Mina Haddad" in page(client_of, owner, "role", role_of(org, "member").pk, query=query)


def test_two_roles_are_compared_with_their_differences_first(client_of, harbour):
    one = design(harbour, "One", "orders.read", "orders.update", "invoices.read")
    two = design(harbour, "Two", "orders.read@groups", "orders.create@curated", "invoices.read", "roles.assign")
    html = page(client_of, harbour, "role_compare", query=f"?first={one.pk}&second={two.pk}")
    text = words(html)
    assert (
        "Two may do 2 things that One may not, lacks one thing that One may do, and reaches less far in one thing."
        in text
    )
    assert "Differences 4" in text
    assert "Everything 67" in text
    assert row_of(html, "create").endswith("Gained, in the groups they curate ")
    assert row_of(html, "read").endswith("Narrower: the groups they belong to instead of the whole organization ")
    assert row_of(html, "update").endswith("Lost ")
    assert row_of(html, "assign").endswith("Gained ")
    assert text.index("Orders") < text.index("Roles assign")
    assert "Invoices" not in text
    everything = page(client_of, harbour, "role_compare", query=f"?first={one.pk}&second={two.pk}&show=all")
    assert everything.count('scope="row"') == 67


def test_the_same_role_twice_differs_in_nothing(client_of, owner, org):
    role = role_of(org, "admin")
    text = words(page(client_of, owner, "role_compare", query=f"?first={role.pk}&second={role.pk}"))
    assert "Admin and Admin may do the same." in text


@pytest.mark.parametrize("value", ["x", "%00", "9" * 400, "theirs"])
@pytest.mark.parametrize("name", ["first", "second"])
def test_a_role_that_is_none_of_these_is_said_beside_the_field(client_of, owner, org, outsider, name, value):
    theirs = str(design(outsider, "Quartermaster", "members.read").pk)
    query = f"?first={role_of(org, 'viewer').pk}&second={role_of(org, 'admin').pk}&{name}="
    html = page(client_of, owner, "role_compare", query=query + (theirs if value == "theirs" else value))
    assert "Choose one of these roles." in html
    assert "Quartermaster" not in html


@pytest.mark.parametrize("scheme", sorted(load_schemes()))
def test_pages_of_every_scheme_are_light_and_ask_seldom(client_of, db, scheme):
    owner = found(UserFactory(name="Ada Lund"), "Sund", "sund", scheme=scheme)
    organization = owner.organization
    role = design(
        owner,
        "Greeter",
        *(acting(owner).grants & organization.rules.permission_set - {"organization.delete", "ownership.transfer"}),
    )
    wide, narrow = role_of(organization, organization.rules.owner_key), organization.rules.roles[0].key
    paths = [
        reverse("organizations:roles", args=["sund"]),
        reverse("organizations:role_create", args=["sund"]),
        reverse("organizations:role", args=["sund", wide.pk]),
        reverse("organizations:role", args=["sund", wide.pk]) + "?tab=people",
        *(
            reverse(f"organizations:role_{name}", args=["sund", role.pk])
            for name in ("menu", "edit", "clone", "delete")
        ),
        reverse("organizations:role_compare", args=["sund"])
        + f"?show=all&first={role_of(organization, narrow).pk}&second={wide.pk}",
    ]
    browser = client_of(owner)
    browser.get(paths[0])
    with written() as news:
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                response = browser.get(path)
            assert response.status_code == 200, path
            assert len(queries) <= 12, path
            assert len(response.content) <= 60 * 1024, path
    assert news.nothing


def test_a_page_asks_as_often_for_many_roles_and_people(client_of, owner, member):
    role = design(owner, "Greeter", "members.read")
    hold(role, member)
    offer(owner, "uma@example.org")
    paths = [
        reverse("organizations:roles", args=["marram"]),
        *(
            reverse(f"organizations:role{name}", args=["marram", role.pk])
            for name in ("", "_edit", "_delete", "_clone")
        ),
        reverse("organizations:role", args=["marram", role.pk]) + "?tab=people",
    ]
    browser = client_of(owner)
    browser.get(paths[0])
    counts: list[list[int]] = []
    for size in (1, 25):
        for number in range(size):
            design(owner, f"Role {size} {number}", "members.read")
            hold(role, join(owner, UserFactory()))
        counts.append([])
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert len(browser.get(path).content) <= 60 * 1024
            counts[-1].append(len(queries))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12


def test_the_most_roles_that_there_can_be_stay_light(client_of, harbour):
    organization = harbour.organization
    Role.objects.bulk_create(
        Role(
            organization=organization,
            scheme=organization.scheme,
            key=f"own{number}",
            label=f"Role {number:02} {'of a long name ' * 3}",
            description="What this one does, " * 14,
            caution="Take care. " * 20,
            rank=1,
            grants=["orders.read"],
        )
        for number in range(MOST_ROLES)
    )
    seen = ""
    for number in range(1, 6):
        html = page(client_of, harbour, "roles", query=f"?page={number}")
        assert len(html.encode()) <= 60 * 1024
        seen += html
    assert all(f"Role {number:02} " in seen for number in range(MOST_ROLES))
    assert len(page(client_of, harbour, "role_compare", query="?show=all").encode()) <= 60 * 1024
    for query in ("?page=0", "?page=x", "?page=%00", "?page=" + "9" * 400):
        assert "Roles" in page(client_of, harbour, "roles", query=query)


@pytest.mark.parametrize("name", ["role", "role_menu", "role_edit", "role_clone", "role_delete"])
def test_a_role_of_another_organization_or_scheme_is_not_there(client_of, owner, outsider, harbour, name):
    theirs, of_another_scheme = (
        design(outsider, "Quartermaster", "members.read"),
        role_of(harbour.organization, "billing"),
    )
    for role in (theirs, of_another_scheme):
        path = reverse(f"organizations:{name}", args=["marram", role.pk])
        assert client_of(owner).get(path).status_code == 404
