"""Links with which people join: signed, never stored, for so many uses until a day, and taken back at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import Event
from invitations.actions.join_links import make_link, revoke_link
from invitations.join_links import address_of, link_of, token_of
from invitations.links import opened_with
from invitations.links import token_of as token_of_invitation
from invitations.models import JoinLink
from organizations.actions.deleting_roles import delete_role
from tests.factories import UserFactory, acting, join, offer, role_of
from tests.invitations.letting_in import link, use
from tests.organizations.changing import assign, demote, dismiss, suspend
from tests.organizations.designing import design
from tests.witness import counters, written

VIEWERS = ("organization.read", "members.read", "roles.read", "groups.read")


def test_link_is_made_and_revoked_with_its_events(org, admin):
    with written() as news:
        made = link(admin, "viewer", uses=3, days=7)
    (event,) = news.events
    assert (event.action, event.after) == (
        "join_link.made",
        {"role": "Viewer", "max_uses": 3, "ends_at": str(made.ends_at)},
    )
    with written() as news:
        assert revoke_link(actor=acting(admin), link=made)
    assert (news.events[0].action, news.events[0].after) == ("join_link.revoked", {"used": 0})
    with pytest.raises(ValidationError) as refused:
        use(UserFactory(), made)
    assert refused.value.code == "revoked"
    with written() as news:
        assert not revoke_link(actor=acting(admin), link=made)
    assert news.nothing


@pytest.mark.parametrize(("uses", "days", "code"), [(0, 7, "uses"), (1001, 7, "uses"), (1, 0, "days"), (1, 91, "days")])
def test_link_has_a_number_of_uses_and_an_end(owner, uses, days, code):
    with written() as news, pytest.raises(ValidationError) as refused:
        link(owner, uses=uses, days=days)
    assert refused.value.code == code
    assert news.nothing


def test_open_links_have_a_number(org, owner):
    for _ in range(50):
        link(owner)
    with pytest.raises(ValidationError) as refused:
        link(owner)
    assert refused.value.code == "too_many"


@pytest.mark.parametrize("who", ["member", "viewer", "deactivated", "outsider", "staff"])
def test_who_may_not_invite_makes_no_link(request, org, owner, who):
    actor = acting(request.getfixturevalue(who))
    made = link(owner)
    with written() as news, pytest.raises(PermissionDenied):
        make_link(actor=actor, organization=org, role=role_of(org, "viewer"), uses=1, days=1)
    if who != "staff":  # who may take back what is abused
        with pytest.raises(PermissionDenied):
            revoke_link(actor=actor, link=made)
    assert news.nothing


def test_link_gives_no_more_than_its_maker_holds_and_never_ownership(owner):
    keeper = join(owner, UserFactory())
    assign(owner, design(owner, "Door", *VIEWERS, "invitations.create"), keeper)
    with pytest.raises(PermissionDenied, match="may do more than you may"):
        link(keeper, "admin")
    with pytest.raises(PermissionDenied, match="Nobody becomes Owner"):
        link(owner, "owner")


def test_link_is_used_as_often_as_it_is_for(org, owner):
    made = link(owner, uses=2)
    for _ in range(2):
        use(UserFactory(), made)
    with written() as news, pytest.raises(ValidationError) as refused:
        use(UserFactory(), made)
    assert refused.value.code == "used"
    assert news.nothing
    made.refresh_from_db()
    assert made.used == 2
    assert counters(org) == (3, 0, 0)


def test_person_who_joins_twice_uses_it_once(org, owner):
    made, user = link(owner, uses=2), UserFactory()
    assert use(user, made) == use(user, made)
    made.refresh_from_db()
    assert made.used == 1


def test_link_ends_on_its_day(owner):
    made = link(owner, days=1)
    for moment in (made.ends_at, made.ends_at + timedelta(seconds=1)):
        with time_machine.travel(moment, tick=False), pytest.raises(ValidationError) as refused:
            use(UserFactory(), made)
        assert refused.value.code == "ended"


@pytest.mark.parametrize("change", [demote, suspend, dismiss])
def test_links_go_with_the_authority_of_their_maker(org, owner, admin, change):
    theirs, others = link(admin), link(owner)
    with written() as news:
        change(owner, admin)
    theirs.refresh_from_db()
    others.refresh_from_db()
    assert theirs.revoked_at is not None
    assert others.revoked_at is None
    (event,) = [event for event in news.events if event.action == "join_link.revoked"]
    assert event.after["reason"].startswith("whoever opened it ")
    with pytest.raises(ValidationError) as refused:
        use(UserFactory(), theirs)
    assert refused.value.code == "revoked"


def test_link_whose_makers_account_is_deactivated_leads_nowhere(owner, admin):
    made = link(admin)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    with pytest.raises(ValidationError) as refused:
        use(UserFactory(), made)
    assert refused.value.code == "opener"


def test_link_to_a_role_that_may_do_more_by_now_leads_nowhere(owner, admin):
    role = design(owner, "Helper", *VIEWERS)
    made = link(admin, role)
    type(role).objects.filter(pk=role.pk).update(grants=["organization.read", "billing.read", "ownership.transfer"])
    with pytest.raises(ValidationError) as refused:
        use(UserFactory(), made)
    assert refused.value.code == "opener"


def test_link_to_a_role_that_goes_leads_to_its_replacement_or_ends(org, owner):
    first, second = design(owner, "First", *VIEWERS), design(owner, "Second", *VIEWERS)
    to_first, to_second = link(owner, first), link(owner, second)
    with written() as news:
        delete_role(actor=acting(owner), role=first, move_to=None, invitations_to=role_of(org, "viewer"))
    to_first.refresh_from_db()
    assert (to_first.role.key, to_first.revoked_at) == ("viewer", None)
    assert "join_link.changed" in news.actions
    with written() as news:
        delete_role(actor=acting(owner), role=second, move_to=None, invitations_to=None)
    assert "join_link.revoked" in news.actions
    assert not JoinLink.objects.filter(pk=to_second.pk, revoked_at=None).exists()


def test_link_whose_maker_may_not_give_the_replacement_ends(org, owner):
    trainee, keeper = design(owner, "Trainee", *VIEWERS), join(owner, UserFactory())
    assign(owner, design(owner, "Door", *VIEWERS, "invitations.create"), keeper)
    made = link(keeper, trainee)
    delete_role(actor=acting(owner), role=trainee, move_to=None, invitations_to=role_of(org, "admin"))
    assert not JoinLink.objects.filter(pk=made.pk, revoked_at=None).exists()


def test_token_is_believed_as_it_was_made_and_no_other(org, owner):
    made, other = link(owner), link(owner)
    token = token_of(made)
    assert link_of(token) == made
    assert address_of(made) == f"http://testserver/j/{token}/"
    signature = token.partition(".")[2]
    for forged in (
        "", ".", token[:-1], token + "x", f"{other.pk.hex}.{signature}", f"{made.pk}.{signature}", signature,
        f"{made.pk.hex.upper()}.{signature}x", f"{made.pk.hex}.", "\x00" * 40, "x" * 5_000, f"{made.pk.hex}.é",
    ):  # fmt: skip
        assert link_of(forged) is None, forged


def test_token_of_an_invitation_opens_no_link_and_the_other_way_round(org, owner):
    invitation, made = offer(owner, "uma@example.org"), link(owner)
    assert link_of(token_of_invitation(invitation)) is None
    assert opened_with(token_of(made)) is None
    signature = token_of_invitation(invitation).rpartition(".")[2]
    assert link_of(f"{made.pk.hex}.{signature}") is None


def test_key_before_this_one_is_still_believed(settings, owner):
    made = link(owner)
    token = token_of(made)
    settings.INVITATION_KEY_PREVIOUS, settings.INVITATION_KEY = settings.INVITATION_KEY, "another " * 8
    assert link_of(token) == made
    settings.INVITATION_KEY_PREVIOUS = ""
    assert link_of(token) is None


def test_token_stands_nowhere(client_of, org, owner, stranger):
    """Opened, used, revoked: neither a row nor a session nor an event holds it."""
    made = link(owner)
    browser = client_of(stranger)
    browser.get(f"/j/{token_of(made)}/")
    use(stranger, made)
    revoke_link(actor=acting(owner), link=made)
    signature = token_of(made).partition(".")[2]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert signature not in repr(cursor.fetchall()), table
    assert signature not in repr(dict(browser.session))
    assert Event.objects.filter(action="join_link.revoked").exists()
