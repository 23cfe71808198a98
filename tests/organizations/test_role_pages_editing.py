"""Making, cloning and changing roles in the browser: what is asked before saving, what is refused, what stays typed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from invitations.models import Invitation
from organizations.models import Membership, Role
from tests.factories import UserFactory, acting, count_again, found, join, offer, role_of
from tests.organizations.designing import design, hold, posted, redesign, roles_of
from tests.witness import written


@pytest.fixture
def harbour(db) -> Membership:
    return found(UserFactory(name="Hanna Vik"), "Harbour Portal", "harbour", scheme="partner-portal")


def address(who: Membership, name: str, *args) -> str:
    return reverse(f"organizations:{name}", args=[who.organization.slug, *args])


def words(response) -> str:
    html = response.content.decode()
    return re.sub(r"\s+", " ", unescape(strip_tags(html[html.index("<main") :].replace("<", " <"))))


def hidden(response) -> dict[str, str]:
    """What the page would post again, without its token."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def chosen(response) -> set[str]:
    """What stands chosen in the matrix of the form, as grants."""
    html = response.content.decode()
    boxes = re.findall(r'type="checkbox" name="grant:([^"]+)"[^>]* checked', html)
    selects = re.findall(r'<select[^>]* name="grant:([^"]+)".*?</select>', html, re.DOTALL)
    grants = set(boxes)
    for name in selects:
        select = html[html.index(f'name="grant:{name}"') :].partition("</select>")[0]
        if scope := re.search(r'value="(\w+)" selected', select):
            grants.add(name if scope[1] == "organization" else f"{name}@{scope[1]}")
    return grants


def typed(response, name: str) -> str:
    value = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return unescape(value[1]) if value else ""


def test_a_role_is_made_with_what_was_chosen(client_of, harbour):
    form = posted(
        label="  Night desk ",
        description="Answers at night.",
        caution="Sees cases.",
        elevated="on",
        grants={"orders.read", "orders.update@groups", "support_cases.read@curated", "members.read"},
    )
    with written() as news:
        response = client_of(harbour).post(address(harbour, "role_create"), form, follow=True)
    role = harbour.organization.custom_roles.get()
    assert (role.label, role.description, role.caution, role.elevated) == (
        "Night desk", "Answers at night.", "Sees cases.", True,
    )  # fmt: skip
    assert role.grant_set == {"orders.read", "orders.update@groups", "support_cases.read@curated", "members.read"}
    assert news.actions == ["role.created"]
    assert not news.mails
    assert response.redirect_chain[-1][0] == address(harbour, "role", role.pk)
    assert "Night desk exists now. Nobody holds it yet." in words(response).replace(" exists", " exists")


def test_a_scope_is_offered_only_where_it_means_something(client_of, harbour):
    html = client_of(harbour).get(address(harbour, "role_create")).content.decode()
    assert re.search(r'<select[^>]* name="grant:orders.create"', html)
    assert re.search(r'<select[^>]* name="grant:groups.update"', html)
    assert re.search(r'type="checkbox" name="grant:members.read"', html)
    for alone in ("organization.delete", "ownership.transfer"):
        assert re.search(rf'type="checkbox" name="grant:{alone}"[^>]* disabled', html)


def test_what_one_does_not_hold_is_grey_with_one_reason(client_of, harbour):
    desk = design(harbour, "Role desk", "roles.read", "roles.create", "orders.read@groups", "organization.read")
    clerk = join(harbour, UserFactory(name="Cleo"), "viewer")
    hold(desk, clerk)
    response = client_of(clerk).get(address(harbour, "role_create"))
    html = response.content.decode()
    select = html[html.index('name="grant:orders.read"') :].partition("</select>")[0]
    assert re.findall(r'value="(\w*)"', select) == ["", "groups", "curated"]
    assert re.search(r'type="checkbox" name="grant:orders.create"[^>]* disabled', html)
    assert words(response).count("Grey: you do not hold it yourself") == 2  # once for work, once for the team


def test_every_control_has_a_name_that_is_heard(client_of, harbour):
    html = client_of(harbour).get(address(harbour, "role_create")).content.decode()
    table = html[html.index('<table class="matrix') : html.index("</table>")]
    for control in re.findall(r"<(?:select|input)[^>]*>", table):
        named = 'aria-label="' in control or re.search(r'<label class="verb">\s*' + re.escape(control), table)
        assert named, control
    assert 'aria-label="Orders, create"' in table


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("label", "", "Type a name."),
        ("label", "   ", "Type a name."),
        ("label", "viewer", "Another role has this name. Choose another one."),
        ("label", "GREETER", "Another role has this name. Choose another one."),
        ("label", "x" * 500, "Use at most 60 characters."),
        ("label", "Front\x07desk", "Please leave out invisible and control characters."),
        ("label", "Front\u202edesk", "Please leave out invisible and control characters."),
        ("label", "See www.prize.example", "Please leave out links and web addresses."),
        ("label", "Front\x00desk", "Null characters are not allowed."),
        ("description", "x" * 301, "Use at most 300 characters."),
        ("description", "a\x00b", "Null characters are not allowed."),
        ("description", "Look\u202ehere", "Please leave out invisible and control characters."),
        ("description", "Sign in at https://prize.example", "Please leave out links and web addresses."),
        ("caution", "See www.prize.example", "Please leave out links and web addresses."),
        ("caution", "x" * 5_000, "Use at most 300 characters."),
        ("grant:orders.fly", "organization", "There is no permission orders.fly here."),
        ("grant:", "organization", "There is no permission"),
        ("grant:\x00", "organization", "There is no permission"),
        ("grant:ownership.transfer", "organization", "ownership.transfer is the owner's alone. Leave it out."),
        ("grant:organization.delete", "organization", "organization.delete is the owner's alone. Leave it out."),
        ("grant:members.read", "groups", "members.read is granted in the whole organization or not at all."),
        ("grant:members.read", "everything", "One of the choices below means nothing. Choose it again."),
        ("grant:groups.read@groups", "groups", "One of the choices below means nothing. Choose it again."),
        ("grant:groups.read@all", "organization", "One of the choices below means nothing. Choose it again."),
        ("grant:members.read", "\x00", "One of the choices below means nothing. Choose it again."),
        ("version", "x", "Something is missing here. Open the page again."),
        ("version", "", "Something is missing here. Open the page again."),
        ("version", "9" * 400, "Something is missing here. Open the page again."),
    ],
)
@pytest.mark.parametrize("name", ["role_create", "role_clone", "role_edit"])
def test_bad_input_is_told_and_nothing_typed_is_lost(client_of, owner, name, field, value, said):
    design(owner, "Greeter", "members.read")
    role = design(owner, "Front desk", "invitations.read")
    hold(role, join(owner, UserFactory()))
    form = posted(role, description="As typed.", caution="As typed, too.") | {
        "label": "Reception", "grant:invitations.create": "organization", field: value,
    }  # fmt: skip
    before = roles_of(owner.organization)
    with written() as news:
        response = client_of(owner).post(address(owner, name, *([] if name == "role_create" else [role.pk])), form)
    assert response.status_code == 200
    assert said in words(response)
    assert news.nothing
    assert roles_of(owner.organization) == before
    assert {"invitations.read", "invitations.create"} <= chosen(response)
    for other in {"label", "description", "caution"} - {field}:
        assert typed(response, other) == form[other]


@pytest.mark.parametrize("name", ["role_create", "role_clone", "role_edit"])
def test_what_one_does_not_hold_is_refused_when_posted(client_of, owner, member, name):
    desk = design(owner, "Role desk", "roles.read", "roles.create", "roles.update", "members.read")
    role = design(owner, "Greeter", "members.read")
    hold(desk, member)
    before = roles_of(owner.organization)
    form = posted(role, label="Spy", grants={"members.read", "audit_log.read"})
    response = client_of(member).post(address(owner, name, *([] if name == "role_create" else [role.pk])), form)
    assert "You do not hold audit_log.read yourself, so no role of yours can include it." in words(response)
    assert roles_of(owner.organization) == before


def test_a_clone_begins_with_what_the_other_may_and_says_what_is_left_out(client_of, owner, org, harbour):
    response = client_of(owner).get(address(owner, "role_clone", role_of(org, "owner").pk))
    text = words(response)
    assert typed(response, "label") == "Copy of Owner"
    assert chosen(response) == acting(owner).grants - {"organization.delete", "ownership.transfer"}
    assert "2 permissions are left out" in text
    assert "organization.delete , ownership.transfer" in text
    whole = client_of(owner).get(address(owner, "role_clone", role_of(org, "viewer").pk))
    assert "left out" not in words(whole)


def test_a_clone_reaches_no_further_than_its_maker(client_of, harbour):
    desk = design(harbour, "Role desk", "roles.read", "roles.create", "orders.read@groups")
    wide = design(harbour, "Wide", "orders.read", "orders.create", "roles.read")
    clerk = join(harbour, UserFactory(name="Cleo"), "viewer")
    hold(desk, clerk)
    response = client_of(clerk).get(address(harbour, "role_clone", wide.pk))
    assert chosen(response) == {"orders.read@groups", "roles.read"}
    assert "1 permission is left out , and 1 reaches less far" in words(response)


def test_a_clone_is_a_role_of_its_own_that_remembers_the_other(client_of, owner, org):
    viewer = role_of(org, "viewer")
    form = posted(label="Looker", grants=viewer.grant_set)
    with written() as news:
        assert client_of(owner).post(address(owner, "role_clone", viewer.pk), form).status_code == 302
    role = org.custom_roles.get()
    assert role.grant_set == viewer.grant_set
    assert news.actions == ["role.created"]
    assert news.events[0].after["like"] == "Viewer"


def test_a_change_of_words_is_saved_at_once(client_of, owner, member):
    role = design(owner, "Greeter", "members.read")
    hold(role, member)
    with written() as news:
        response = client_of(owner).post(
            address(owner, "role_edit", role.pk), posted(role, label="Host", elevated="on")
        )
    assert response.status_code == 302
    role.refresh_from_db()
    assert (role.label, role.elevated, role.version) == ("Host", True, 2)
    assert news.actions == ["role.edited"]


def test_a_role_that_nobody_holds_is_saved_at_once(client_of, owner):
    role = design(owner, "Greeter", "members.read")
    response = client_of(owner).post(address(owner, "role_edit", role.pk), posted(role, grants={"audit_log.read"}))
    assert response.status_code == 302
    role.refresh_from_db()
    assert role.grant_set == {"audit_log.read"}


def test_before_saving_stands_who_gains_and_loses_what(client_of, harbour):
    role = design(harbour, "Desk", "orders.read", "orders.update", "invoices.read@groups", "groups.read@groups")
    people = [join(harbour, UserFactory(name=f"{name} Berg"), "viewer") for name in ("Ann", "Bo", "Cy", "Di")]
    hold(role, *people)
    invitation = offer(harbour, "uma@example.org", "viewer")
    Invitation.objects.filter(pk=invitation.pk).update(role=role)
    count_again()
    form = posted(role, grants={"orders.read", "orders.create", "invoices.read", "groups.read@groups"}, label="Desk 2")
    browser = client_of(harbour)
    with written() as news:
        asked = browser.post(address(harbour, "role_edit", role.pk), form)
    text = words(asked)
    assert asked.status_code == 200
    assert "4 people hold Desk : Ann Berg, Bo Berg, Cy Berg and others." in text
    assert "1 open invitation offers it" in text
    assert "It counts from the next page that each of them opens." in text
    assert re.search(r"Gained 1 permission Orders, create in the whole organization", text)
    assert re.search(r"Lost 1 permission Orders, update until now in the whole organization", text)
    assert "Invoices, read Wider: the whole organization instead of the groups they belong to" in text
    assert "Harbour Portal" in text
    assert news.nothing
    role.refresh_from_db()
    assert role.label == "Desk"

    with written() as news:
        saved = browser.post(address(harbour, "role_edit", role.pk), hidden(asked) | {"confirmed": "yes"}, follow=True)
    role.refresh_from_db()
    assert role.label == "Desk 2"
    assert role.grant_set == {"orders.read", "orders.create", "invoices.read", "groups.read@groups"}
    assert news.actions == ["role.edited"]
    assert "Desk 2 is saved. It counts from the next page that each of its people opens." in words(saved)


def test_an_open_invitation_alone_is_reason_to_ask(client_of, owner):
    role = design(owner, "Greeter", "members.read")
    invitation = offer(owner, "uma@example.org")
    Invitation.objects.filter(pk=invitation.pk).update(role=role)
    count_again()
    text = words(client_of(owner).post(address(owner, "role_edit", role.pk), posted(role, grants={"audit_log.read"})))
    assert "1 open invitation offers it" in text
    assert "hold Greeter" not in text


def test_back_to_editing_loses_nothing(client_of, harbour):
    role = design(harbour, "Desk", "orders.read", "members.read")
    hold(role, join(harbour, UserFactory(), "viewer"))
    form = posted(role, grants={"orders.read@curated", "roles.read"}, description="Half <b>done</b>", elevated="on")
    browser = client_of(harbour)
    asked = browser.post(address(harbour, "role_edit", role.pk), form)
    with written() as news:
        again = browser.post(address(harbour, "role_edit", role.pk), hidden(asked) | {"back": "yes"})
    assert chosen(again) == {"orders.read@curated", "roles.read"}
    assert typed(again, "description") == "Half <b>done</b>"
    assert re.search(r'name="elevated"[^>]* checked', again.content.decode())
    assert news.nothing


def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(client_of, owner, admin, member):
    role = design(owner, "Greeter", "members.read", description="Says hello.")
    hold(role, member)
    form = posted(role, label="Host", grants={"members.read", "audit_log.read"})
    redesign(admin, role, "members.read", "invitations.read", description="Waves.")
    before = roles_of(owner.organization)
    browser = client_of(owner)
    for extra in ({}, {"confirmed": "yes"}):
        with written() as news:
            told = browser.post(address(owner, "role_edit", role.pk), form | extra)
        text = words(told)
        assert told.status_code == 200
        assert "Tomás Rivera saved this role meanwhile" in text
        assert "Name saved: Greeter · yours: Host" in text
        assert "Description saved: Waves. · yours: Says hello." in text
        assert "Invitations, read saved: the whole organization · yours: no" in text
        assert "Audit log, read saved: no · yours: the whole organization" in text
        assert typed(told, "label") == "Host"
        assert chosen(told) == {"members.read", "audit_log.read"}
        assert news.nothing
        assert roles_of(owner.organization) == before

    assert 'name="version" value="2"' in told.content.decode()
    browser.post(address(owner, "role_edit", role.pk), form | {"version": "2", "confirmed": "yes"})
    role.refresh_from_db()
    assert (role.label, role.version) == ("Host", 3)
    assert role.grant_set == {"members.read", "audit_log.read"}


def test_saving_takes_away_what_vanished_from_the_scheme(client_of, owner):
    role = design(owner, "Greeter", "members.read")
    Role.objects.filter(pk=role.pk).update(grants=["members.read", "parcels.read"])
    with written() as news:
        assert client_of(owner).post(address(owner, "role_edit", role.pk), posted(role)).status_code == 302
    role.refresh_from_db()
    assert role.grants == ["members.read"]
    assert news.actions == ["role.edited"]
    assert news.events[0].before["grants"] == ["parcels.read"]


def test_ones_own_role_can_be_reworded_but_not_regranted(client_of, owner, admin):
    role = design(owner, "Deputy", "roles.read", "roles.update", "members.read")
    hold(role, admin)
    browser = client_of(admin)
    opened = browser.get(address(admin, "role_edit", role.pk))
    assert "You hold this role, and nobody changes what their own role may do." in words(opened)
    assert not re.search(r"<(?:input|select)[^>]*name=\"grant:[^>]*(?<! disabled)>", opened.content.decode())
    Role.objects.filter(pk=role.pk).update(elevated=True)
    browser.post(address(admin, "role_edit", role.pk), posted(role, label="Vice", grants={"roles.read"}))
    role.refresh_from_db()
    assert (role.label, role.elevated) == ("Vice", True)
    assert role.grant_set == {"roles.read", "roles.update", "members.read"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_built_in_role_cannot_be_edited(client_of, owner, org, method):
    viewer = role_of(org, "viewer")
    with written() as news:
        response = getattr(client_of(owner), method)(address(owner, "role_edit", viewer.pk), posted(label="Looker"))
    assert response.status_code == 403
    assert "Viewer is built in and stays as it is. Clone it to make a role of your own." in words(response)
    assert news.nothing
    viewer.refresh_from_db()
    assert viewer.label == "Viewer"


def test_a_wider_role_than_ones_own_cannot_be_opened(client_of, owner, admin):
    role = design(owner, "Deputy", "members.read", "audit_log.read")
    hold(design(owner, "Role desk", "roles.read", "roles.update"), admin)
    for method in ("get", "post"):
        response = getattr(client_of(admin), method)(address(admin, "role_edit", role.pk), posted(role, grants=()))
        assert response.status_code == 403
        assert "Deputy may do more than you may" in words(response)
    role.refresh_from_db()
    assert role.grant_set == {"members.read", "audit_log.read"}


def test_a_hundred_roles_are_enough(client_of, owner, org):
    Role.objects.bulk_create(
        Role(organization=org, scheme=org.scheme, key=f"own{number}", label=f"Role {number}", rank=0)
        for number in range(100)
    )
    response = client_of(owner).post(address(owner, "role_create"), posted(grants={"members.read"}))
    assert "Marram Instruments has 100 roles of its own. Delete one first." in words(response)
    assert org.custom_roles.count() == 100


def test_extra_fields_change_nothing_else(client_of, owner, other_org):
    form = posted(grants={"members.read"}) | {
        "owns": "on", "reserved": "on", "rank": "99", "organization": str(other_org.pk), "takes_seat": "",
        "key": "owner",
    }  # fmt: skip
    client_of(owner).post(address(owner, "role_create"), form)
    role = owner.organization.custom_roles.get()
    assert (role.owns, role.reserved, role.takes_seat, role.rank) == (False, False, True, 0)
    assert not other_org.custom_roles.exists()


def test_what_a_role_may_do_is_cloned_by_those_who_read_roles_alone(client_of, owner, org, member):
    hold(design(owner, "Maker", "organization.read", "roles.create"), member)
    browser = client_of(member)
    path = address(owner, "role_clone", role_of(org, "admin").pk)
    for response in (browser.get(path), browser.post(path, {"label": ""})):
        assert response.status_code == 403
        assert "Your role does not include roles.read." in words(response)
        assert "audit" not in words(response).lower()


def test_who_designs_roles_without_reading_them_is_led_where_they_may_be(client_of, owner, member):
    grants = ("organization.read", "members.read", "roles.create", "roles.update", "roles.delete")
    hold(design(owner, "Maker", *grants), member)
    role = design(owner, "Greeter", "members.read")
    browser = client_of(member)
    for name, form, said in (
        ("role_create", posted(None, ["members.read"]), "Front desk exists now."),
        ("role_edit", posted(role, label="Porter"), "Porter is saved."),
        ("role_delete", {}, "Porter is deleted."),
    ):
        path = address(owner, name, *([] if name == "role_create" else [role.pk]))
        response = browser.post(path, form, follow=True)
        assert response.redirect_chain == [("/o/marram/", 302)]
        assert response.status_code == 200
        assert said in words(response)
