"""Designing roles: what is written down, who gets what, and that nobody gives what they do not hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from invitations.actions.answering import accept
from invitations.models import Invitation
from organizations.actions.deleting_roles import delete_role
from organizations.actions.group_places import add_to_group, make_curators
from organizations.actions.groups import create_group
from organizations.actions.roles import create_role
from organizations.models import Membership, Organization, Role
from organizations.policies import holds
from tests.factories import UserFactory, acting, count_again, found, invitee, join, offer, role_of
from tests.organizations.designing import design, hold, redesign, roles_of
from tests.witness import written


@pytest.fixture
def harbour(db) -> Membership:
    return found(UserFactory(name="Hanna Vik"), "Harbour Portal", "harbour", scheme="partner-portal")


def delete(by: Membership, role: Role, move_to: Role | None = None, invitations_to: Role | None = None) -> int:
    return delete_role(actor=acting(by), role=role, move_to=move_to, invitations_to=invitations_to)


def refused(code: str, deed: Callable[..., object], *args, **kwargs) -> None:
    """The deed is refused with that code, and nothing is written."""
    with written() as news, pytest.raises(ValidationError) as mistake:
        deed(*args, **kwargs)
    errors = mistake.value.error_dict.values() if hasattr(mistake.value, "error_dict") else [mistake.value.error_list]
    assert code in {error.code for errors_of_field in errors for error in errors_of_field}
    assert news.nothing


def forbidden(deed: Callable[..., object], *args, **kwargs) -> str:
    with written() as news, pytest.raises(PermissionDenied) as refusal:
        deed(*args, **kwargs)
    assert news.nothing
    return str(refusal.value)


def invite_to(by: Membership, role: Role, email: str) -> Invitation:
    invitation = offer(by, email, "viewer")
    Invitation.objects.filter(pk=invitation.pk).update(role=role)
    count_again()
    return invitation


def test_a_role_is_made_with_one_event(harbour):
    with written() as news:
        role = design(harbour, "Desk", "orders.read", "orders.update@groups", description="Orders.", caution="Care.")
    assert role.grants == ["orders.read", "orders.update@groups"]
    assert (role.version, role.changed_by, role.is_custom) == (1, "Hanna Vik", True)
    assert news.actions == ["role.created"]
    event = news.events[0]
    assert (event.chain_id, event.target_label, event.actor_label) == (role.organization_id, "Desk", "Hanna Vik")
    assert event.after == {"label": "Desk", "description": "Orders.", "grants": ["orders.read", "orders.update@groups"]}
    assert not news.mails


def test_of_two_grants_of_one_permission_the_wider_is_kept(harbour):
    role = design(
        harbour, "Desk", "orders.read@curated", "orders.read", "invoices.read@groups", "invoices.read@curated"
    )
    assert role.grants == ["invoices.read@groups", "orders.read"]


def test_a_role_stands_beside_the_built_in_one_that_grants_no_more(owner):
    narrow, wide = (
        design(owner, "Narrow", "members.read"),
        design(owner, "Wide", *(acting(owner).grants - {"organization.delete", "ownership.transfer"})),
    )
    labels = list(Role.objects.of(owner.organization).values_list("label", flat=True))
    assert labels == ["Viewer", "Narrow", "Member", "Admin", "Wide", "Owner"]
    assert (narrow.reach, wide.reach) == (1, 4)


@pytest.mark.parametrize("taken", ["Viewer", "viewer", "Front desk", "FRONT DESK", " front desk ", "ÉQUIPE", "équipe"])
def test_a_name_is_taken_once_in_any_case(owner, taken):
    design(owner, "Front desk", "members.read")
    design(owner, "Équipe", "members.read")
    role = design(owner, "Greeter", "members.read")
    refused("label_taken", design, owner, taken, "members.read")
    refused("label_taken", redesign, owner, role, "members.read", label=taken)


def test_the_same_name_is_free_in_another_organization_and_for_itself(owner, outsider):
    design(owner, "Front desk", "members.read")
    role = design(outsider, "Front desk", "members.read")
    redesign(outsider, role, "members.read", label="FRONT desk")


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("", "blank"),
        ("  ", "blank"),
        ("x" * 500, "max_length"),
        ("a\x07b", "control_characters"),
        ("a\u202eb", "control_characters"),
        ("www.prize.example", "link"),
    ],
)
def test_a_name_that_is_none_is_refused(owner, label, code):
    role = design(owner, "Greeter", "members.read")
    refused(code, design, owner, label, "members.read")
    refused(code, redesign, owner, role, "members.read", label=label)


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        ("orders.fly", "unknown"),
        ("", "unknown"),
        ("*", "unknown"),
        ("ownership.transfer", "reserved"),
        ("organization.delete", "reserved"),
        ("organization.delete@groups", "reserved"),
        ("members.read@groups", "scope"),
        ("orders.read@everywhere", "scope"),
        ("orders.read@organization", "scope"),
    ],
)
def test_a_grant_that_no_role_may_hold_is_refused_even_to_the_owner(harbour, grant, code):
    role = design(harbour, "Desk", "orders.read")
    refused(code, design, harbour, "Other", grant)
    refused(code, redesign, harbour, role, grant)


def test_editing_writes_what_differs_and_who_holds_it(harbour):
    role = design(harbour, "Desk", "orders.read", "invoices.read", description="Orders.")
    hold(role, join(harbour, UserFactory(), "viewer"), join(harbour, UserFactory(), "viewer"))
    with written() as news:
        redesign(harbour, role, "orders.read", "wallet.read@groups", label="Office")
    role.refresh_from_db()
    assert (role.label, role.version) == ("Office", 2)
    assert news.actions == ["role.edited"]
    assert news.events[0].before == {"label": "Desk", "grants": ["invoices.read"]}
    assert news.events[0].after == {"label": "Office", "grants": ["wallet.read@groups"], "holders": 2}
    assert not news.mails


def test_saving_what_is_there_already_writes_nothing(owner):
    role = design(owner, "Greeter", "members.read")
    with written() as news:
        redesign(owner, role, "members.read", label=" Greeter ", version=0)
    assert news.nothing
    role.refresh_from_db()
    assert role.version == 1


def test_a_stale_edit_is_refused(owner, admin):
    role = design(owner, "Greeter", "members.read")
    redesign(admin, role, "members.read", "audit_log.read")
    refused("stale", redesign, owner, role, "members.read", label="Host")
    role.refresh_from_db()
    assert role.label == "Greeter"
    assert role.grant_set == {"members.read", "audit_log.read"}


def test_grants_count_from_the_next_request(client_of, owner, member):
    role = design(owner, "Greeter", "organization.read")
    hold(role, member)
    browser = client_of(member)
    assert browser.get("/o/marram/audit/").status_code == 403
    redesign(owner, role, "organization.read", "audit_log.read")
    assert browser.get("/o/marram/audit/").status_code == 200
    role.refresh_from_db()
    redesign(owner, role, "organization.read")
    assert browser.get("/o/marram/audit/").status_code == 403


def test_invitations_that_a_holder_may_no_longer_offer_are_revoked_with_their_seats(owner, member):
    role = design(owner, "Desk", *role_of(owner.organization, "viewer").grant_set, "invitations.create")
    hold(role, member)
    invitation = offer(member, "uma@example.org", "viewer")
    with written() as news:
        redesign(owner, role, *(role.grant_set - {"invitations.create"}))
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert Organization.objects.get().reserved_seats == 0
    assert sorted(news.actions) == ["invitation.revoked", "role.edited"]


def test_nobody_creates_a_role_that_may_do_more_than_they_may(owner, member):
    hold(design(owner, "Role desk", "roles.create", "members.read"), member)
    refused("more_than_own", design, member, "Spy", "members.read", "audit_log.read")
    refused("more_than_own", design, member, "Spy", "groups.read@curated")
    assert design(member, "Looker", "members.read").grant_set == {"members.read"}


def test_nobody_reaches_further_with_a_role_than_they_do(harbour):
    clerk = join(harbour, UserFactory(), "viewer")
    hold(design(harbour, "Role desk", "roles.create", "orders.read@groups", "wallet.read@curated"), clerk)
    refused("more_than_own", design, clerk, "Spy", "orders.read")
    refused("more_than_own", design, clerk, "Spy", "wallet.read@groups")
    assert design(clerk, "Looker", "orders.read@curated").grant_set == {"orders.read@curated"}


def test_nobody_edits_a_role_that_may_do_more_than_they_may(owner, member):
    """Neither by what it grants now, not even to narrow it, nor by what it would grant then."""
    wide, narrow = design(owner, "Wide", "members.read", "audit_log.read"), design(owner, "Narrow", "members.read")
    hold(design(owner, "Role desk", "roles.update", "members.read", "organization.read"), member)
    assert "Wide may do more than you may" in forbidden(redesign, member, wide, "members.read")
    assert "Wide may do more than you may" in forbidden(redesign, member, wide, *wide.grant_set, label="Other")
    refused("more_than_own", redesign, member, narrow, "members.read", "audit_log.read")
    redesign(member, narrow, "members.read", "organization.read")


def test_nobody_edits_what_their_own_role_may_do(owner, admin):
    role = design(owner, "Deputy", "roles.update", "members.read", "audit_log.read")
    hold(role, admin)
    refused("own_role", redesign, admin, role, "roles.update", "members.read")
    refused("own_role", redesign, admin, role, *role.grant_set, "organization.read")
    redesign(admin, role, *role.grant_set, label="Vice")
    assert forbidden(delete, admin, design(owner, "Wider", *role.grant_set, "roles.delete"))


@pytest.mark.parametrize("deed", ["create", "edit", "delete"])
def test_each_deed_needs_its_permission(owner, member, deed):
    role = design(owner, "Greeter", "members.read")
    everything_else = {"create", "edit", "delete"} - {deed}
    permissions = {"create": "roles.create", "edit": "roles.update", "delete": "roles.delete"}
    hold(design(owner, "Role desk", "members.read", *(permissions[one] for one in everything_else)), member)
    tried = {
        "create": lambda: design(member, "Other", "members.read"),
        "edit": lambda: redesign(member, role, label="Other"),
        "delete": lambda: delete(member, role),
    }
    assert permissions[deed] in forbidden(tried[deed])


def test_whoever_was_demoted_meanwhile_acts_with_what_is_left(owner, admin):
    actor = acting(admin)
    hold(role_of(owner.organization, "viewer"), admin)
    with pytest.raises(PermissionDenied):
        create_role(
            actor=actor,
            organization=owner.organization,
            label="Late",
            description="",
            caution="",
            elevated=False,
            grants=[],
        )


@pytest.mark.parametrize("deed", ["edit", "delete"])
def test_a_role_of_another_organization_is_out_of_reach(owner, outsider, deed):
    theirs = design(outsider, "Quartermaster", "members.read")
    before = roles_of(outsider.organization)
    tried = {"edit": lambda: redesign(owner, theirs, label="Mine"), "delete": lambda: delete(owner, theirs)}
    assert "no longer an active member" in forbidden(tried[deed])
    assert roles_of(outsider.organization) == before


@pytest.mark.parametrize("deed", [lambda by, role: redesign(by, role, label="Mine"), delete])
def test_a_built_in_role_stays_as_it_is(owner, org, deed):
    refused("built_in", deed, owner, role_of(org, "viewer"))


def test_deleting_moves_each_holder_with_an_event(owner, org, member, viewer):
    role = design(owner, "Greeter", "members.read", "organization.read")
    hold(role, member, viewer)
    with written() as news:
        assert delete(owner, role, move_to=role_of(org, "member")) == 2
    assert set(Membership.objects.filter(pk__in=[member.pk, viewer.pk]).values_list("role__key", flat=True)) == {
        "member"
    }
    moved = [event for event in news.events if event.action == "member.role_changed"]
    assert {event.target_label for event in moved} == {"Mina Haddad", "Vera Lindqvist"}
    assert all(event.before == {"role": "Greeter"} for event in moved)
    assert all(event.after == {"role": "Member", "reason": "Greeter was deleted"} for event in moved)
    (deleted,) = (event for event in news.events if event.action == "role.deleted")
    assert deleted.after == {"moved_to": "Member"}
    assert deleted.before["grants"] == ["members.read", "organization.read"]
    assert not Role.objects.filter(pk=role.pk).exists()


def test_deleting_can_leave_holders_without_a_role_who_then_can_do_nothing(owner, member):
    role = design(owner, "Greeter", "members.read")
    hold(role, member)
    with written() as news:
        delete(owner, role)
    member.refresh_from_db()
    assert member.role is None
    assert not holds(acting(member), "members.read")
    assert list(owner.organization.memberships.without_role()) == [member]
    assert sorted(news.actions) == ["member.role_changed", "role.deleted"]


def test_open_invitations_get_another_role_with_a_new_link_and_mail(owner, org, stranger):
    role = design(owner, "Greeter", "members.read")
    open_one, answered = invite_to(owner, role, stranger.email), invite_to(owner, role, "uma@example.org")
    Invitation.objects.filter(pk=answered.pk).update(status="declined")
    count_again()
    with written() as news:
        delete(owner, role, invitations_to=role_of(org, "viewer"))
    open_one.refresh_from_db()
    assert (open_one.role.key, open_one.version, open_one.status) == ("viewer", 2, "pending")
    assert sorted(news.actions) == ["invitation.role_changed", "role.deleted"]
    assert [mail.key for mail in news.mails] == [open_one.mail_key]
    with pytest.raises(ValidationError):
        accept(actor=invitee(stranger), user=stranger, invitation=open_one, version=1)
    assert accept(actor=invitee(stranger), user=stranger, invitation=open_one, version=2).role.key == "viewer"


def test_open_invitations_can_be_revoked_and_free_their_seats(owner):
    role = design(owner, "Greeter", "members.read")
    invitation = invite_to(owner, role, "uma@example.org")
    with written() as news:
        delete(owner, role)
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert Organization.objects.get().reserved_seats == 0
    assert sorted(news.actions) == ["invitation.revoked", "role.deleted"]
    assert not news.mails


@pytest.mark.parametrize("place", ["move_to", "invitations_to"])
def test_only_a_role_that_the_actor_may_give_takes_the_place(owner, org, outsider, member, place):
    role, wide = design(owner, "Greeter", "members.read"), design(owner, "Wide", "members.read", "audit_log.read")
    theirs = design(outsider, "Quartermaster", "members.read")
    hold(design(owner, "Role desk", "roles.delete", "roles.assign", "invitations.update", "members.read"), member)
    refused("more_than_own", delete, member, role, **{place: wide})
    refused("unknown_role", delete, owner, role, **{place: theirs})
    refused("same_role", delete, owner, role, **{place: role})
    refused("owners_alone", delete, owner, role, **{place: role_of(org, "owner")})
    assert Role.objects.filter(pk=role.pk).exists()


@pytest.mark.parametrize(
    ("place", "permission"), [("move_to", "roles.assign"), ("invitations_to", "invitations.update")]
)
def test_giving_another_role_needs_the_permission_to_give(owner, member, place, permission):
    role, other = design(owner, "Greeter", "members.read"), design(owner, "Host", "members.read")
    both = {"roles.assign", "invitations.update"} - {permission}
    hold(design(owner, "Role desk", "roles.delete", "members.read", *both), member)
    refused("no_permission", delete, member, role, **{place: other})


def test_a_reserved_role_takes_no_place(db):
    owner = found(UserFactory(name="Pia Lund"), "Partners", "partners", scheme="partner-management")
    role = design(owner, "Greeter", "members.read")
    refused("not_by_hand", delete, owner, role, move_to=role_of(owner.organization, "partner"))


def test_whoever_curates_a_group_keeps_the_role_that_this_needs(db):
    owner = found(UserFactory(name="Kari Dal"), "Fjell", "fjell", scheme="knowledge-platform")
    organization = owner.organization
    basic = role_of(organization, "basic")
    curating, plain = join(owner, UserFactory(name="Cura"), "basic"), join(owner, UserFactory(name="Plain"), "basic")
    group = create_group(actor=acting(owner), organization=organization, name="North", description="")
    add_to_group(actor=acting(owner), group=group, memberships=[curating])
    make_curators(actor=acting(owner), group=group, memberships=[curating])
    role = design(owner, "Greeter", "organization.read")
    hold(role, curating, plain)
    delete(owner, role, move_to=basic)
    for one in (curating, plain):
        one.refresh_from_db()
    assert (curating.role.key, plain.role.key) == ("curator", "basic")


def test_a_hundred_roles_are_the_most(owner, org):
    Role.objects.bulk_create(
        Role(organization=org, scheme=org.scheme, key=f"own{number}", label=f"Role {number}", rank=0)
        for number in range(100)
    )
    refused("too_many_roles", design, owner, "One more", "members.read")


def test_a_role_that_vanished_meanwhile_is_said_to_be_gone(owner):
    role = design(owner, "Greeter", "members.read")
    Role.objects.filter(pk=role.pk).delete()
    refused("gone", redesign, owner, role, label="Host")
    refused("gone", delete, owner, role)


@pytest.mark.postgresql
def test_a_name_that_the_database_alone_thinks_taken_is_told(owner):
    """The dotted capital I: PostgreSQL has a small letter for it that Python has not."""
    design(owner, "İ", "members.read")
    role = design(owner, "Other", "members.read")
    refused("label_taken", design, owner, "i", "members.read")
    refused("label_taken", redesign, owner, role, "members.read", label="i")
