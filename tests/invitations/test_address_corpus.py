"""Two hundred ways to write an address: which are the same person's, which are somebody else's, which are none."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives

from accounts.addresses import normalise
from invitations.actions.answering import accept
from invitations.actions.offering import invite
from tests.factories import UserFactory, acting, invitee, offer, role_of
from tests.witness import deliver

INES = "ines@example.org"

# However it is typed, it is Ines: case and what stands around it.
SAME = [
    INES, "Ines@example.org", "INES@EXAMPLE.ORG", "iNeS@eXaMpLe.OrG", "ines@Example.Org", " ines@example.org",
    "ines@example.org ", "\tines@example.org", "ines@example.org\n", "\r\n ines@example.org \r\n",
    "\xa0ines@example.org", "ines@example.org\u2003", "ines@ＥＸＡＭＰＬＥ.org", "ines@ｅｘａｍｐｌｅ.org",
    "ines@example．org", "ines@example。org", "ines@example｡org", "ines@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.org", "ines@Ⓔxample.org",
]  # fmt: skip

# Somebody else's, however like hers: each is stored as itself, and she cannot accept what went there.
OTHERS = [
    "ines+work@example.org", "ines+@example.org", "+ines@example.org", "ines++a@example.org", "i.nes@example.org",
    "in.es@example.org", "i.n.e.s@example.org", "ines-@example.org", "-ines@example.org", "ines_@example.org",
    "_ines@example.org", "ines@x.example.org", "lnes@example.org", "1nes@example.org", "ine5@example.org",
    "inez@example.org", "lines@example.org", "ine@example.org", "inees@example.org", "ines'@example.org",
    "ines!@example.org", "ines#@example.org", "ines$@example.org", "ines%@example.org", "ines&@example.org",
    "ines*@example.org", "ines/@example.org", "ines=@example.org", "ines?@example.org", "ines^@example.org",
    "ines`@example.org", "ines{@example.org", "ines|@example.org", "ines}@example.org", "ines~@example.org",
    "ines%example.org@example.com", "ines=example.org@example.com", "ines+example.org@example.com",
    "ines@example.com", "ines@example.net", "ines@example.org.example.com", "ines@www.example.org",
    "ines@mail.example.org", "ines@example-org.example", "ines@exampleorg.example", "ines@xexample.org",
    "ines@examplex.org", "ines@exarnple.org", "ines@examp1e.org", "ines@example.0rg", "ines@example.orgs",
    "ines@org.example", "ines@example.co.org", "ines@e-xample.org", "ines@éxample.org", "ines@exámple.org",
    "ines@examplе.org", "ines@еxample.org", "ines@eхample.org", "ines@exаmple.org", "ines@examрle.org",
    "ines@xn--xample-9ua.org", "ines@bücher.example", "ines@BÜCHER.example", "ines@xn--bcher-kva.example",
    "ines@straße.example", "ines@strasse.example", "ines@faß.example", "ines@例え.example", "ines@пример.example",
    "ines@παράδειγμα.example", "ines@مثال.example", "ines@ıstanbul.example", "ines@istanbul.example",
    "info@example.org", "root@example.org", "a@example.org", "1@example.org",
    "x" * 64 + "@example.org", "ines@" + "x" * 63 + ".org",
]  # fmt: skip

# The same address twice in the list above, in other words.
TWINS = {"ines@BÜCHER.example", "ines@xn--bcher-kva.example", "ines@xn--xample-9ua.org"}

# No address at all. Some read like hers, some mean two recipients, some carry what a mail server would obey.
NONE = [
    "", " ", "@", "ines", "ines@", "@example.org", "example.org", "ines@@example.org", "ines@example@org",
    "ines@example.org@example.com", "ines@example.com@example.org", "a@b@c@example.org", "ines example.org",
    "ines@example org", "in es@example.org", "ines @example.org", "ines@ example.org", "ines@example.org.",
    "ines@example.org..", "ines@.example.org", "ines@example..org", ".ines@example.org", "ines.@example.org",
    "i..nes@example.org", "ines@-example.org", "ines@example-.org", "ines@example.-org", "ines@exam_ple.org",
    "ines@example.org:25", "ines@example.org/x", "ines@example.org?x", "ines@example.org#x", "ines@[192.0.2.1]",
    "ines@[IPv6:2001:db8::1]", "ines@192.0.2.1:25", "ines@org", "ines@example", "\"ines\"@example.org",
    "\"ines@example.org\"@example.com", "\"ines example\"@example.org", "\"\\\"ines\"@example.org",
    "ines@example.org (Ines)", "(Ines) ines@example.org", "ines(x)@example.org", "Ines <ines@example.org>",
    "<ines@example.org>", "ines@example.org>", "ines@example.org, ove@example.org",
    "ines@example.org;ove@example.org", "ines@example.org ove@example.org", "ines@example.org,ove@example.org",
    "ines,ove@example.org", "ines;ove@example.org", "ines:ove@example.org", "ines@example.org\nBcc: ove@example.org",
    "ines@example.org\r\nBcc: ove@example.org", "ines\r\n@example.org", "ines\n@example.org", "ines@exam\nple.org",
    "ines@example.org\x00", "in\x00es@example.org", "ines@exam\x00ple.org", "ines\x7f@example.org",
    "ines\x1b@example.org", "ines\t@example.org", "ines\u200b@example.org", "ines@exam\u200bple.org",
    "ines\u200d@example.org", "\u202eines@example.org", "ines@example.org\u202e", "ines@exa\u202emple.org",
    "\ufeffines@example.org", "ınes@example.org", "İnes@example.org", "inеs@example.org", "іnes@example.org",
    "ｉｎｅｓ@example.org", "inéss@example.org", "ﬁnes@example.org", "ineſ@example.org", "K@example.org",
    "ines＠example.org", "ines﹫example.org", "ines\xad@example.org", "ines@exam ple.org", "ines@example.org\\",
    "in\\es@example.org", "ines@*.example.org", "ines@xn--.org", "ines@" + "x" * 64 + ".org",
    "ines@" + "a." * 126 + "org", "x" * 250 + "@example.org", "a" * 5000, "@" * 200, "mailto:ines@example.org",
    "javascript:alert(1)@example.org", "ines@example.org%0aBcc:x@y.org", "ines@ex--ample.org", "ines@ab--example.org",
    "ines@@", "@@example.org", "ines@example.org@", "\"@example.org",
]  # fmt: skip


def test_there_are_two_hundred():
    corpus = [*SAME, *OTHERS, *NONE]
    assert len(set(corpus)) >= 200
    assert len(set(OTHERS)) - len(TWINS) >= 70


@pytest.mark.parametrize("typed", SAME, ids=ascii)
def test_she_is_the_same_however_she_is_typed(typed):
    assert normalise(typed) == INES


def test_one_invitation_however_often_she_is_typed_and_one_mail_to_what_is_stored(org, owner):
    role = role_of(org, "member")
    outcome = invite(actor=acting(owner), organization=org, addresses=SAME, role=role, days=7)
    assert [one.email for one in outcome.done] == [INES]
    assert {one.code for one in outcome.passed_over} == {"twice"}
    assert [letter.to for letter in deliver()] == [[INES]]


def test_those_like_her_are_others_and_none_of_theirs_is_hers_to_accept(org, owner, stranger):
    made = []
    for typed in OTHERS:
        if typed in TWINS:
            with pytest.raises(ValidationError):
                offer(owner, typed)
        else:
            made.append(offer(owner, typed))
    stored = [one.email for one in made]
    assert len(set(stored)) == len(stored) == len(set(OTHERS) - TWINS)
    assert INES not in stored
    for invitation in made:
        assert invitation.email.isascii()
        assert invitation.email == invitation.email.lower() == normalise(invitation.email)
        with pytest.raises(ValidationError) as refused:
            accept(actor=invitee(stranger), user=stranger, invitation=invitation, version=1)
        assert refused.value.code == "other_address"
    assert sorted(to for letter in deliver() for to in recipients(letter)) == sorted(stored)


def test_nobody_else_accepts_what_went_to_her(owner):
    invitation = offer(owner, INES)
    for typed in OTHERS:
        if typed in TWINS:
            continue
        user = UserFactory(email=normalise(typed))
        with pytest.raises(ValidationError) as refused:
            accept(actor=invitee(user), user=user, invitation=invitation, version=1)
        assert refused.value.code == "other_address"


def test_what_is_no_address_is_invited_nowhere(org, owner):
    role = role_of(org, "member")
    outcome = invite(actor=acting(owner), organization=org, addresses=NONE, role=role, days=7)
    assert [one.email for one in outcome.done] == []
    assert len(outcome.passed_over) == len(NONE)
    assert {one.code for one in outcome.passed_over} == {"malformed"}
    assert deliver() == []


def recipients(letter: EmailMultiAlternatives) -> list[str]:
    """Everyone who would get it, and what its header says."""
    assert letter.message()["To"] == ", ".join(letter.to)
    assert not letter.cc
    assert not letter.bcc
    return letter.recipients()
