"""Where domains are named, only addresses at exactly these come in, whichever way: invited, corrected, sent again,
accepted, or given to somebody who is here. Joining without an invitation is in `test_joining.py`, with the same corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.addresses import normalise
from invitations.actions.answering import accept
from invitations.actions.correcting import correct_address
from invitations.actions.offering import invite, invite_each
from invitations.actions.resending import resend
from invitations.bulk import lists
from invitations.bulk.reading import read_file, read_text
from invitations.bulk.sending import send_list
from invitations.models import Invitation
from invitations.offers import Offer
from organizations.actions.domains import prove_domain, restrict_domains
from organizations.actions.mending import mend_address
from organizations.models import Membership
from tests.factories import UserFactory, acting, invitee, join, offer, role_of
from tests.witness import counters, undone, written

DOMAIN = "marram.example"
LIKE_IT = [
    f"dora@x{DOMAIN}", f"dora@x-{DOMAIN}", f"dora@x.{DOMAIN}", f"dora@{DOMAIN}.evil.example", f"dora@{DOMAIN}.org",
    "dora@example", f"dora@{DOMAIN}.", f"dora@.{DOMAIN}", "dora@marram.examp1e", "dora@márram.example",
    "dora@mаrram.example", "dora@xn--mrram-xqa.example", f"dora+{DOMAIN}@evil.example", f"{DOMAIN}@evil.example",
    f'"dora@{DOMAIN}"@evil.example', f"dora@{DOMAIN}@evil.example", f"dora@evil.example@{DOMAIN}",
    f"dora@evil.example,dora@{DOMAIN}", f"dora@{DOMAIN}\x00.evil.example", f"dora@{DOMAIN}%00.evil.example",
]  # fmt: skip
THE_SAME = [
    f"dora@{DOMAIN}",
    f"Dora@{DOMAIN.upper()}",
    f" dora@{DOMAIN} ",
    "dora@ｍａｒｒａｍ.example",
    "dora@marram。example",
]

Path = Callable[[Membership, str], Any]


def restrict(owner: Membership) -> None:
    restrict_domains(actor=acting(owner), organization=owner.organization, domains=[DOMAIN])


def code_of(outcome: Any) -> str:
    return outcome.passed_over[0].code if outcome.passed_over else ""


def inviting(owner: Membership, address: str) -> str:
    restrict(owner)
    org = owner.organization
    return code_of(
        invite(actor=acting(owner), organization=org, addresses=[address], role=role_of(org, "member"), days=7)
    )


def inviting_one(owner: Membership, address: str) -> str:
    restrict(owner)
    one = Offer(address, role_of(owner.organization, "member"), name="Dora Marram")
    return code_of(invite_each(actor=acting(owner), organization=owner.organization, offers=[one], days=7))


def sending_a_list(owner: Membership, address: str) -> str:
    restrict(owner)
    rows = read_file(address.encode()) if "\x00" in address else read_text(address)  # the form lets no NUL through
    made = lists.make_list(
        actor=acting(owner), user=owner.user, organization=owner.organization, rows=rows,
        role=role_of(owner.organization, "member"), days=7,
    )  # fmt: skip
    passed_over = made.rows.exclude(bucket="ready").first()
    if made.rows.filter(bucket="ready").exists():
        send_list(actor=acting(owner), user=owner.user, invite_list=made)
    return str(passed_over.bucket) if passed_over else ""


def correcting(owner: Membership, address: str) -> str:
    restrict(owner)
    one = offer(owner, f"daro@{DOMAIN}")
    correct_address(actor=acting(owner), organization=owner.organization, invitation=one, email=address)
    return ""


def sending_again(owner: Membership, address: str) -> str:
    """What was invited before the domains were named."""
    one = offer(owner, address)
    restrict(owner)
    return code_of(resend(actor=acting(owner), organization=owner.organization, invitations=[one]))


def accepting(owner: Membership, address: str) -> str:
    one = offer(owner, address)
    restrict(owner)
    user = UserFactory(email=one.email)
    accept(actor=invitee(user), user=user, invitation=one, version=1)
    return ""


def mending_an_address(owner: Membership, address: str) -> str:
    """An admin gives somebody another address to sign in with. Other domains are the organization's as well."""
    org, staff = owner.organization, UserFactory(is_staff=True)
    typed = [DOMAIN, "elsewhere.example", address.strip().rpartition("@")[2]]
    person = join(owner, UserFactory(email="dora@elsewhere.example"))
    for name in typed:
        try:
            prove_domain(actor=acting(staff), organization=org, name=name)
        except ValidationError:
            pass
    restrict(owner)
    mend_address(actor=acting(owner), membership=person, address=address)
    return ""


PATHS = [inviting, inviting_one, sending_a_list, correcting, sending_again, accepting, mending_an_address]


def answer(path: Path, owner: Membership, address: str) -> str:
    try:
        return str(path(owner, address))
    except ValidationError as refused:
        return str(refused.code)


def is_address(text: str) -> bool:
    try:
        normalise(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("path", PATHS)
def test_what_is_only_like_an_address_at_the_domain_comes_in_nowhere(org, owner, path):
    for address in LIKE_IT:
        with undone():
            code = answer(path, owner, address)
            assert code, address
            if is_address(address):
                assert code == "domain", address
                assert not Membership.objects.filter(user__email=normalise(address)).exists()
                if path not in (sending_again, accepting):  # these were invited before
                    assert not Invitation.objects.filter(email=normalise(address)).exists()
            counters(org)


@pytest.mark.parametrize("address", THE_SAME, ids=ascii)
@pytest.mark.parametrize("path", PATHS)
def test_the_domain_is_the_same_however_it_is_typed(owner, path, address):
    with written() as news:
        assert answer(path, owner, address) == ""
    assert news.events
