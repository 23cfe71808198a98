"""A link proves which invitation was mailed, in which version. It is stored nowhere, and opening it changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core.signing import Signer
from django.test import Client
from uuid_utils.compat import uuid7

from invitations.actions.resending import resend
from invitations.actions.withdrawing import revoke
from invitations.join_links import link_of
from invitations.links import link_to, opened_with, token_of, was_made_here
from invitations.models import Invitation
from organizations.models import Membership
from tests.factories import acting, offer
from tests.witness import deliver, link_in, written


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "ines@example.org")


@pytest.fixture
def link(invitation) -> str:
    """The path of the link, as the mail carries it."""
    letters = [letter for letter in deliver() if letter.to == [invitation.email]]
    return link_in(letters[-1])


def page_of(invitation: Invitation) -> str:
    return f"/invitation/{invitation.pk}/"


# What a link proves.


def test_link_in_the_mail_is_the_one_that_is_rebuilt(invitation, link):
    assert link_to(invitation) == f"http://testserver{link}"
    opened = opened_with(link.split("/")[2])
    assert (opened.invitation, opened.version, opened.is_newest) == (invitation, 1, True)


def altered(token: str) -> Iterator[tuple[str, str]]:
    number, version, signature = token.split(".", 2)
    bound, _, whole = token.rpartition(".")
    other = uuid7().hex
    flipped = "0" if number[-1] != "0" else "1"
    yield "another id", f"{other}.{version}.{signature}"
    yield "a digit of the id", f"{number[:-1]}{flipped}.{version}.{signature}"
    yield "no id", f".{version}.{signature}"
    yield "an id that is none", f"{'z' * 32}.{version}.{signature}"
    yield "a later version", f"{number}.2.{signature}"
    yield "no version", f"{number}..{signature}"
    yield "a version that is none", f"{number}.x.{signature}"
    yield "a version below zero", f"{number}.-1.{signature}"
    yield "digits of another script", f"{number}.١.{signature}"
    yield "a version without end", f"{number}.{'9' * 400}.{signature}"
    yield "no signature", f"{number}.{version}."
    yield "a shorter signature", f"{number}.{version}.{signature[:-1]}"
    yield "a longer signature", f"{number}.{version}.{signature}A"
    yield "another letter in the signature", f"{number}.{version}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    yield "a signature of another case", f"{number}.{version}.{signature.swapcase()}"
    yield "the first signature alone", bound
    yield "the second signature alone", f"{number}.{version}.{whole}"
    yield "the second signature twice", f"{number}.{version}.{whole}.{whole}"
    yield "cut short", token[: len(token) // 2]
    yield "with more behind it", f"{token}.x"
    yield "a colon", f"{number}.{version}.x:{signature}"
    yield "something else", "hello"
    yield "a NUL", f"{number}.{version}.\x00{signature}"
    yield "a very long one", "a" * 5_000


def test_altered_link_is_answered_with_a_sentence(client, invitation):
    for what, token in altered(token_of(invitation)):
        assert opened_with(token) is None, what
        assert not was_made_here(token), what
        with written() as news:
            response = client.get(f"/i/{token.replace(chr(0), '%00')}/")
        assert response.status_code == 404, what
        assert "This link does not work" in response.content.decode(), what
        assert news.nothing
    assert not client.session.keys()


def test_link_is_bound_to_the_address(invitation):
    token = token_of(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(email="ove@example.org")
    assert opened_with(token) is None


def test_link_of_one_invitation_does_not_open_another(owner, invitation):
    other = offer(owner, "ove@example.org")
    _, version, signatures = token_of(invitation).split(".", 2)
    assert opened_with(f"{other.pk.hex}.{version}.{signatures}") is None


@pytest.mark.parametrize("part", ["address", "whole"])
@pytest.mark.parametrize(
    ("key", "salt"),
    [
        ("SECRET_KEY", None),
        ("INVITATION_KEY", "account"),
        ("INVITATION_KEY", "django.core.signing.Signer"),
        ("INVITATION_KEY", "swapped"),
    ],
)
def test_signature_for_another_purpose_or_of_another_key_opens_nothing(settings, invitation, part, key, salt):
    """Each of the two signatures, the other being right: with both right it is the link itself."""
    own = {"address": "invitations.link", "whole": "invitations.link.whole"}

    def signed(name: str, value: str) -> str:
        if name != part:
            return Signer(key=settings.INVITATION_KEY, salt=own[name]).signature(value)
        swapped = own["whole" if name == "address" else "address"]
        purpose = {None: own[name], "swapped": swapped}.get(salt, salt)
        return Signer(key=getattr(settings, key), salt=purpose).signature(value)

    claim = f"{invitation.pk.hex}.1"
    bound = f"{claim}.{signed('address', f'{claim}:{invitation.email}')}"
    token = f"{bound}.{signed('whole', bound)}"
    assert token != token_of(invitation)
    assert opened_with(token) is None
    assert was_made_here(token) is (part == "address")


def test_keys_are_changed_one_at_a_time(settings, invitation):
    before = token_of(invitation)
    settings.INVITATION_KEY_PREVIOUS, settings.INVITATION_KEY = settings.INVITATION_KEY, "a-new-key-" * 5
    after = token_of(invitation)
    assert before != after
    assert opened_with(before)
    assert opened_with(after)
    settings.INVITATION_KEY_PREVIOUS = ""
    assert opened_with(before) is None
    settings.SECRET_KEY = "another" * 10
    assert opened_with(after)


# What opening does.


def test_opening_leads_to_an_address_without_the_token(client, invitation, link):
    response = client.get(link)
    assert response.status_code == 302
    assert response.headers["Location"] == page_of(invitation)
    for answer in (response, client.get("/i/forged/")):  # an address that holds a token is told to nobody
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    for answer in (response, client.get("/i/forged/"), client.get(page_of(invitation))):
        assert answer.headers["Cache-Control"] == "no-store"


def test_session_keeps_id_and_version_and_never_the_token(client, invitation, link):
    client.get(link)
    assert client.session["invitations"] == {invitation.pk.hex: 1}
    assert link.split(".")[-1].strip("/") not in json.dumps(dict(client.session.items()))


def test_ten_visits_of_a_mail_scanner_change_nothing(client_of, invitation, link, stranger):
    before = Invitation.objects.values().get(pk=invitation.pk)
    scanner = Client()
    with written() as news:
        for _ in range(10):
            assert scanner.get(link).status_code == 302
            assert scanner.head(link).status_code == 302
            assert scanner.post(link).status_code == 405
            assert scanner.get(page_of(invitation)).status_code == 200
            assert scanner.head(page_of(invitation)).status_code == 200
            assert scanner.post(page_of(invitation)).status_code == 405
            assert scanner.get(f"{page_of(invitation)}accept/").status_code == 302
            assert scanner.head(f"{page_of(invitation)}accept/").status_code == 302
            answer = scanner.post(f"{page_of(invitation)}accept/", {"version": 1})
            assert answer.headers["Location"].startswith("/accounts/login/")
            assert scanner.get(f"{page_of(invitation)}decline/").status_code == 405
    assert news.nothing
    assert Invitation.objects.values().get(pk=invitation.pk) == before
    browser = client_of(stranger)
    browser.get(link)
    assert browser.post(f"{page_of(invitation)}accept/", {"version": 1}).headers["Location"] == "/o/marram/"
    assert Membership.objects.filter(user=stranger).count() == 1


@pytest.mark.parametrize("who", ["nobody", "stranger", "outsider"])
def test_page_holds_no_form_that_submits_itself(client_of, invitation, link, stranger, outsider, who):
    """Each form waits for somebody to press a button of its own; no script of ours sends one by itself."""
    browser = client_of({"nobody": None, "stranger": stranger, "outsider": outsider}[who])
    page = browser.get(link, follow=True).content.decode()
    forms = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
    assert forms or who == "nobody"
    for form in forms:
        assert re.search(r'<button[^>]*type="submit"', form)
    assert not re.search(r'http-equiv="?refresh|hx-trigger="[^"]*(load|revealed|every)|\son\w+=', page, re.IGNORECASE)
    for script in (Path(__file__).parents[2] / "static/js").glob("*.js"):
        if f"/{script.name}" in page:
            assert not re.search(r"\.(requestSubmit|submit)\(", script.read_text()), script.name


def test_what_is_posted_beside_the_button_changes_nothing_of_the_offer(
    client_of, invitation, link, stranger, owner, other_org
):
    """Organization, role and address are the row's."""
    browser = client_of(stranger)
    browser.get(link)
    said = {"organization": other_org.pk, "role": owner.role_id, "email": "ove@example.org", "user": owner.user_id}
    browser.post(f"{page_of(invitation)}accept/", said | {"version": 1, "status": "pending", "access_ends_at": ""})
    membership = Membership.objects.get(user=stranger)
    assert (membership.organization_id, membership.role.key) == (owner.organization_id, "member")
    invitation.refresh_from_db()
    assert (invitation.email, invitation.status, invitation.accepted_by) == (stranger.email, "accepted", stranger)


def test_token_of_one_purpose_opens_no_other_door(client, invitation, stranger):
    """Neither the invitation's where an address is confirmed or a password chosen, nor the other way round."""
    token = token_of(invitation)
    address = EmailAddress.objects.get(user=stranger)
    for path in (f"/j/{token}/", f"/accounts/password/reset/key/{stranger.pk.hex}-{token}/"):
        response = client.get(path)
        assert "does not work" in response.content.decode() or response.status_code == 404, path
    assert EmailConfirmationHMAC.from_key(token) is None
    confirming = EmailConfirmationHMAC(address).key
    signature = confirming.rpartition(":")[2]
    for forged in (confirming, f"{invitation.pk.hex}.1.{signature}", f"{invitation.pk.hex}.{signature}"):
        assert opened_with(forged) is None
        assert link_of(forged) is None


def test_link_sent_again_says_so(client, owner, org, invitation, link):
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    newest = link_in(deliver()[-1])
    assert "A newer invitation was sent" in client.get(link, follow=True).content.decode()
    assert "invites you to Marram Instruments" in client.get(newest, follow=True).content.decode()


def test_revoked_invitation_is_not_mailed(owner, org):
    invitation = offer(owner, "ines@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[invitation])
    assert "ines@example.org" not in [to for letter in deliver() for to in letter.to]


def test_version_that_was_replaced_before_it_was_sent_is_not_mailed(owner, org):
    invitation = offer(owner, "ines@example.org")
    resend(actor=acting(owner), organization=org, invitations=[invitation])
    letters = [letter for letter in deliver() if letter.to == ["ines@example.org"]]
    assert [link_in(letter).split(".")[1] for letter in letters] == ["2"]


def test_mail_says_who_what_as_what_and_until_when(owner, invitation):
    letter = next(one for one in deliver() if one.to == ["ines@example.org"])
    for text in (letter.body, str(letter.alternatives[0][0])):
        for part in ("Grace Okafor", "Marram Instruments", "Member", link_to(invitation)):
            assert part in text
    assert "Marram Instruments" in letter.subject


def test_id_is_no_key(client, invitation):
    """Knowing the address of the page is not enough: the link was to be opened, or the address be one's own."""
    assert client.get(page_of(invitation)).status_code == 404
    assert client.post(f"{page_of(invitation)}decline/").status_code == 404
    assert client.get(f"/invitation/{uuid7()}/").status_code == 404


def test_browser_remembers_the_last_ten_links(client, owner):
    for number in range(12):
        client.get(f"/i/{token_of(offer(owner, f'person{number}@example.org'))}/")
    assert len(client.session["invitations"]) == 10
