"""The page that refuses: which permission is missing and why, and whom to ask. Access explained, in short."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.generic import View

from organizations.models import Group, GroupPlace, Membership, Role
from organizations.views.asking import AccessRequiredMixin
from organizations.views.refusal import Refusal, build_refusal
from tests.factories import UserFactory, found, give_role, join
from tests.team.test_access_page import custom, hold, text_of


def refusal(membership: Membership, permission: str, group: Group | None = None) -> Refusal:
    loaded = Membership.objects.select_related("role", "organization").get(pk=membership.pk)
    return build_refusal(loaded, permission, group, timezone.now())


def to_ask(membership: Membership, permission: str, group: Group | None = None) -> list[str]:
    return [one.label for one in refusal(membership, permission, group).to_ask]


def test_page_names_the_missing_permission_who_has_it_and_whom_to_ask(client_of, owner, admin, member):
    page = client_of(member).get("/o/marram/audit/")
    said = text_of(page)
    assert page.status_code == 403
    assert "You cannot open the audit log in Marram Instruments" in said
    assert "Account and membership of Marram Instruments are active" in said
    assert "Permission audit_log.read is not in this role Owner and Admin have it." in said
    assert "People who can help: Grace Okafor (owner) and Tomás Rivera (admin)." in said
    link = f"/o/marram/access/?membership={member.pk.hex}&amp;permission=audit_log.read"
    assert link in page.content.decode()
    assert "No, Mina Haddad cannot read the audit log." in text_of(client_of(member).get(link.replace("&amp;", "&")))


def test_only_those_who_could_give_it_are_named(owner, admin, member, viewer):
    """Giving roles is not enough: whoever helps holds all that the role to be given grants, and that the person has."""
    org = owner.organization
    giver = join(owner, UserFactory(name="Gil Giver"), "member")
    hold(giver, custom(org, "Giver", "roles.assign", "roles.read", "organization.read", "members.read"))
    assert to_ask(member, "audit_log.read") == ["Grace Okafor", "Tomás Rivera"]
    hold(giver, custom(org, "Great giver", "roles.assign", *Role.objects.get(scheme="standard", key="admin").grants))
    assert "Gil Giver" in to_ask(member, "audit_log.read")


def test_whoever_may_not_touch_the_person_is_not_named(owner, admin, member):
    """The giver could give the reader's role, but the person holds what the giver does not."""
    org = owner.organization
    hold(member, custom(org, "Keeper", "api_keys.read"))
    custom(org, "Reader", "audit_log.read")
    giver = join(owner, UserFactory(name="Gil Giver"), "member")
    role = custom(org, "Giver", "roles.assign", "audit_log.read")
    hold(giver, role)
    assert to_ask(member, "audit_log.read") == ["Grace Okafor", "Tomás Rivera"]
    role.grants = sorted([*role.grants, "api_keys.read"])
    role.save()
    assert "Gil Giver" in to_ask(member, "audit_log.read")


def test_nobody_is_asked_for_what_nobody_can_give(owner, admin, member):
    found = refusal(member, "ownership.transfer")
    assert found.to_ask == []
    assert found.small == "Owner has it."


def test_grant_by_group_is_said_with_the_group_and_whoever_arranges_it(owner, admin, member):
    org = owner.organization
    group = Group.objects.create(organization=org, name="Field sales")
    hold(member, custom(org, "Keeper", "groups.update@curated", "groups.read@groups"))
    GroupPlace.objects.create(group=group, membership=member)
    assert refusal(member, "groups.update").said == "is in this role for groups you curate alone"
    found = refusal(member, "groups.update", group)
    assert found.said == "is in this role for groups you curate, and Field sales is none of them"
    assert [one.label for one in found.to_ask] == ["Grace Okafor", "Tomás Rivera"]


def test_page_about_a_group_speaks_of_it(client_of, owner, member):
    org = owner.organization
    group = Group.objects.create(organization=org, name="Field sales")
    hold(member, custom(org, "Keeper", "organization.read", "groups.update@curated", "groups.read@groups"))
    GroupPlace.objects.create(group=group, membership=member)
    page = client_of(member).get(f"/o/marram/groups/{group.pk}/edit/")
    assert page.status_code == 403
    assert "for groups you curate, and Field sales is none of them" in text_of(page)


def test_what_waits_for_approval_is_nobodys_to_give_here(db):
    owner = found(UserFactory(name="Ada"), "Tarn", "tarn", scheme="partner-portal")
    seen = refusal(owner, "orders.create")
    assert (seen.said, seen.to_ask) == ("waits until Tarn is approved for production", [])


def test_person_without_a_role_is_led_to_whoever_gives_roles(client_of, owner, admin, member):
    give_role(member, None)
    said = text_of(client_of(member).get("/o/marram/"))
    assert "You have no role here yet." in said
    assert "Role none, so organization.read is not granted Whoever gives roles here can give you one." in said
    assert "Grace Okafor (owner) and Tomás Rivera (admin)" in said


def test_page_of_a_group_that_one_may_change_and_not_read_says_what_is_missing(client_of, owner, member):
    group = Group.objects.create(organization=owner.organization, name="Field sales")
    hold(member, custom(owner.organization, "Arranger", "organization.read", "groups.update", "groups.delete"))
    for deed in ("", "edit/", "delete/", "add/"):
        said = client_of(member).get(f"/o/marram/groups/{group.pk}/{deed}")
        assert said.status_code == 403
        assert "Permission groups.read is not in this role" in text_of(said)
        assert "Field sales" not in text_of(said)


def test_own_page_opens_to_whoever_reads_members_and_else_says_what_it_needs(client_of, owner, member):
    own = f"/o/marram/members/{member.pk}/"
    role = custom(owner.organization, "Reader", "members.read")
    hold(member, role)
    assert client_of(member).get(own).status_code == 200
    role.grants = ["roles.read"]
    role.save()
    said = client_of(member).get(own)
    assert said.status_code == 403
    assert "Permission organization.read is not in this role" in text_of(said)


def test_grant_by_group_that_waits_for_approval_is_not_said_to_be_of_other_groups(db):
    owner = found(UserFactory(name="Ada"), "Tarn", "tarn", scheme="partner-portal")
    buyer = join(owner, UserFactory(name="Bo"), "support")
    hold(buyer, custom(owner.organization, "Buyer", "organization.read", "orders.create@groups"))
    group = Group.objects.create(organization=owner.organization, name="Corals")
    GroupPlace.objects.create(group=group, membership=buyer)
    assert refusal(buyer, "orders.create", group).said == "waits until Tarn is approved for production"


class AboutAGroup(AccessRequiredMixin, View):
    """A page of a host product about a group; here the one that its address happens to name."""

    permission_required = "groups.read"

    def get_group(self) -> Group:
        return Group.objects.get(pk=self.kwargs["group"])

    def get(self, request, **kwargs) -> HttpResponse:
        return HttpResponse(self.group)


def test_page_of_a_host_product_about_a_group_of_another_organization_is_not_there(rf, owner, member, other_org):
    request = rf.get("/")
    request.user, request.session = member.user, {}
    ours = Group.objects.create(organization=owner.organization, name="Field sales")
    theirs = Group.objects.create(organization=other_org, name="Night shift")
    assert AboutAGroup.as_view()(request, slug="marram", group=ours.pk).status_code == 200
    with pytest.raises(Http404):
        AboutAGroup.as_view()(request, slug="marram", group=theirs.pk)
