"""The pages that explain access: one person asked about, and everyone who can do something."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.actions.answering import accept
from organizations.models import Group, GroupPlace, Membership, Organization, Role
from tests.factories import UserFactory, count_again, crowd, deactivate, found, invitee, join, offer
from tests.witness import written

ACCESS, WHO = "/o/marram/access/", "/o/marram/access/who/"
SECRETS = re.compile(r'(?<=FToken": ")\w+|(?<=nonce=")[^"]+|(?<=value=")\w{64}')


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def listed(response) -> set[str]:
    """Whom the table of people names, by the part of their address before the @."""
    return set(re.findall(r'class="mail" title="([^"@]+)@', response.content.decode()))


def group_of(organization: Organization, name: str, *people: Membership, curates: bool = False) -> Group:
    group = Group.objects.create(organization=organization, name=name)
    for one in people:
        GroupPlace.objects.create(group=group, membership=one, curates=curates)
    return group


def custom(organization: Organization, label: str, *grants: str) -> Role:
    return Role.objects.create(
        organization=organization, scheme=organization.scheme, key=label.lower(), label=label, rank=1,
        grants=sorted(grants),
    )  # fmt: skip


def hold(membership: Membership, role: Role) -> None:
    Membership.objects.filter(pk=membership.pk).update(role=role)
    count_again()


def test_answer_has_an_address_and_says_why(client_of, owner, member):
    with written() as news:
        page = client_of(owner).get(ACCESS, {"person": "mina@marram.example.org", "permission": "members.delete"})
    assert news.nothing
    said = text_of(page)
    assert "No, Mina Haddad cannot delete members." in said
    assert "members.delete is not in this role Owner and Admin have it. You can give another role ." in said
    assert f"/o/marram/members/{member.pk}/role/" in page.content.decode()
    assert f"{WHO}?permission=members.delete" in page.content.decode()


def test_person_is_found_by_name_address_or_membership(client_of, owner, member):
    browser = client_of(owner)
    for person in ("mina haddad", "Haddad", " MINA@marram.example.org ", member.pk.hex):
        assert "Yes, Mina Haddad can read members." in text_of(
            browser.get(ACCESS, {"person": person, "permission": "members.read"})
        )
    page = browser.get(ACCESS, {"membership": str(member.pk), "permission": "members.read"})
    assert "Yes, Mina Haddad can read members." in text_of(page)
    assert 'value="mina@marram.example.org"' in page.content.decode()


def test_name_that_nobody_or_several_have_is_said_beside_the_field(client_of, owner, member):
    join(owner, UserFactory(name="Mina Haddock"))
    browser = client_of(owner)
    page = browser.get(ACCESS, {"person": "Mina", "permission": "members.read"})
    assert "Several people here are called Mina. Give the whole address." in text_of(page)
    assert 'value="Mina"' in page.content.decode()
    page = browser.get(ACCESS, {"person": "Zoe", "permission": "members.read"})
    assert "Nobody in Marram Instruments is called Zoe. Give the whole name or the address." in text_of(page)


@pytest.mark.parametrize("person", ["Oskar Lee", "lee.example", "outsider"])
def test_people_of_other_organizations_are_nobody_here(client_of, owner, outsider, person):
    asked = {"person": outsider.pk.hex if person == "outsider" else person, "permission": "members.read"}
    assert "Nobody in Marram Instruments is called" in text_of(client_of(owner).get(ACCESS, asked))


def test_address_with_an_account_elsewhere_and_one_without_read_the_same(client_of, owner, viewer, stranger, outsider):
    """Byte for byte, but for the address itself; the person who asks may read invitations or not."""
    for reader in (owner, viewer):
        browser = client_of(reader)
        browser.get(ACCESS)  # what the first visit remembers is asked once
        pages = []
        for address in (stranger.email, outsider.email, "nobody@nowhere.example.org"):
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(ACCESS, {"person": address, "permission": "members.read"})
            assert page.status_code == 200
            said = SECRETS.sub("", page.content.decode())
            for form in (address, address.replace("@", "@<wbr>"), address.replace("@", "%40")):
                said = said.replace(form, "ADDRESS")
            pages.append((said, len(queries)))
        assert len(set(pages)) == 1


def test_invitation_is_named_to_whom_may_see_it(client_of, owner, viewer):
    offer(owner, "uma@example.org")
    asked = {"person": "uma@example.org", "permission": "members.read"}
    said = text_of(client_of(owner).get(ACCESS, asked))
    assert "No, uma@example.org does not belong to Marram Instruments." in said
    assert "Invitation waits for an answer" in said
    assert "Invitation" not in text_of(client_of(viewer).get(ACCESS, asked)).replace("Invitations", "").replace(
        "invitations", ""
    )


@pytest.fixture
def loner(owner) -> Membership:
    """Somebody who sees the front page of Marram Instruments and their own groups, and nobody else."""
    membership = join(owner, UserFactory(name="Lena Fischer", email="lena@marram.example.org"))
    hold(membership, custom(owner.organization, "Loner", "organization.read", "groups.update@groups"))
    return membership


def test_everyone_may_ask_about_themself(client_of, owner, loner):
    group_of(owner.organization, "Field sales", loner)
    group_of(owner.organization, "Secret plans", owner)
    browser = client_of(loner)
    page = browser.get(ACCESS, {"permission": "groups.update"})
    assert "Yes, in Field sales. Nowhere else." in text_of(page)
    assert "Secret plans" not in text_of(page)
    assert "Who else can do this?" not in text_of(page)
    assert browser.get(ACCESS, {"membership": loner.pk.hex, "permission": "groups.update"}).status_code == 200


def test_who_may_not_read_members_asks_about_nobody_else(client_of, owner, loner):
    browser = client_of(loner)
    for asked in ({"person": "grace@marram.example.org"}, {"membership": owner.pk.hex}, {"person": "zoe@example.org"}):
        page = browser.get(ACCESS, asked | {"permission": "members.read"})
        assert page.status_code == 403
        assert "You can ask about yourself." in text_of(page)
        assert "Grace Okafor cannot" not in text_of(page)
    assert browser.get(WHO, {"permission": "members.read"}).status_code == 403


def test_group_that_one_may_not_see_is_none(client_of, owner, loner, other_org):
    hidden = group_of(owner.organization, "Secret plans", owner)
    foreign = group_of(other_org, "Cellar", owner)
    for group in (hidden, foreign):
        for value in (group.pk.hex, group.name):
            page = client_of(loner).get(ACCESS, {"permission": "groups.update", "group": value})
            assert "There is no such group here, or it is not yours to see." in text_of(page)
    page = client_of(owner).get(ACCESS, {"person": owner.email, "permission": "groups.update", "group": foreign.pk.hex})
    assert "There is no such group here" in text_of(page)


def test_group_is_chosen_from_a_list_and_typed_where_there_are_very_many(client_of, owner, member):
    org = owner.organization
    sales = group_of(org, "Field sales", member)
    asked = {"person": member.email, "permission": "groups.read", "group": sales.pk.hex}
    page = client_of(owner).get(ACCESS, asked)
    assert f'<option value="{sales.pk.hex}" selected>Field sales</option>' in page.content.decode()
    assert "Yes, Mina Haddad can read groups in Field sales." in text_of(page)
    Group.objects.bulk_create([Group(organization=org, name=f"Group {number}") for number in range(100)])
    page = client_of(owner).get(ACCESS, asked | {"group": "field SALES"})
    assert "Yes, Mina Haddad can read groups in Field sales." in text_of(page)
    assert "<option" not in page.content.decode().split('name="group"')[1]


@pytest.mark.parametrize("path", [ACCESS, WHO])
@pytest.mark.parametrize(
    "query",
    [
        "", "permission=", "permission=nonsense", "permission=members.read&person=%00", "permission=%00&group=%00",
        "permission=members.read&person=a%00@b.example", "permission=members.read&group=" + "x" * 5000,
        "permission=members.read&person=" + "x" * 5000, "permission=members.read&person=%ED%A0%80&membership=x",
        "permission=members.read&person=a@b&group=%ED%A0%80", "membership=" + "0" * 32,
        "permission=members.read&role=x&after=x~y&before=%00",
    ],
)  # fmt: skip
def test_question_that_means_nothing_is_no_error(client_of, owner, path, query):
    assert client_of(owner).get(f"{path}?{query}").status_code == 200


def test_part_of_the_page_answers_a_script(client_of, owner, member):
    asked = {"membership": member.pk.hex, "permission": "members.read"}
    page = client_of(owner).get(ACCESS, asked, headers={"HX-Request": "true", "HX-Target": "answer"})
    assert page.content.decode().lstrip().startswith('<div class="answering" id="answer"')
    assert "Yes, Mina Haddad can read members." in text_of(page)


def test_who_can_do_this_names_people_and_roles(client_of, owner, admin, member, viewer):
    page = client_of(owner).get(WHO, {"permission": "members.delete"})
    assert listed(page) == {"grace", "tomas"}
    said = text_of(page)
    assert "Owner In the whole organization Admin In the whole organization" in said
    one = Role.objects.get(scheme="standard", key="admin").pk.hex
    page = client_of(owner).get(WHO, {"permission": "members.delete", "role": one})
    assert "Admin: who can delete members" in text_of(page)
    assert listed(page) == {"tomas"}


def test_who_can_leaves_out_whoever_cannot_use_it_now(client_of, owner, admin, deactivated):
    browser = client_of(owner)
    assert listed(browser.get(WHO, {"permission": "members.delete"})) == {"grace", "tomas"}
    deactivate(admin)
    assert listed(browser.get(WHO, {"permission": "members.delete"})) == {"grace"}


def test_who_can_do_this_in_a_group(client_of, owner, member, viewer, admin):
    org = owner.organization
    keeper = custom(org, "Keeper", "organization.read", "groups.update@curated")
    helper = custom(org, "Helper", "organization.read", "groups.update@groups")
    hold(member, keeper)
    hold(viewer, helper)
    sales = group_of(org, "Field sales", member, viewer)
    tide = group_of(org, "Spring tide", member, curates=True)
    browser = client_of(owner)
    for group, expected in ((None, set()), (sales, {"vera"}), (tide, {"mina"})):
        asked = {"permission": "groups.update"} | ({"group": group.pk.hex} if group else {})
        assert listed(browser.get(WHO, asked)) == {"grace", "tomas"} | expected


def test_nobody_can_what_waits_for_approval(client_of, db):
    owner = found(UserFactory(name="Ada", email="ada@tarn.example.org"), "Tarn", "tarn", scheme="partner-portal")
    browser = client_of(owner)
    said = text_of(browser.get("/o/tarn/access/who/", {"permission": "orders.create"}))
    assert "Nobody can create orders now" in said
    assert "Tarn is not approved for production yet" in said
    Organization.objects.update(production_approved_at=timezone.now())
    assert "Who can create orders" in text_of(browser.get("/o/tarn/access/who/", {"permission": "orders.create"}))


def test_who_can_goes_on_page_by_page(client_of, owner):
    crowd(owner.organization, 45)
    browser = client_of(owner)
    page = browser.get(WHO, {"permission": "members.read"}).content.decode()
    assert page.count('class="who"') == 40
    following = re.findall(r'href="(\?[^"]+)" rel="next"', page)[0].replace("&amp;", "&")
    page = browser.get(WHO + following).content.decode()
    assert page.count('class="who"') == 6
    assert 'rel="prev"' in page


def test_invitation_accepted_under_another_address_is_not_said_to_be_over(client_of, owner, stranger):
    EmailAddress.objects.create(user=stranger, email="uma@example.org", verified=True)
    invitation = offer(owner, "uma@example.org")
    accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
    said = text_of(client_of(owner).get(ACCESS, {"person": "uma@example.org", "permission": "members.read"}))
    assert "Invitation was accepted On" in said
    assert "Membership of Marram Instruments: there is none with this address" in said
    assert stranger.email not in said
