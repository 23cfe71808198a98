"""One spelling for every address; the short way to it and the long one agree."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.addresses import _looked_at, normalise

pytestmark = pytest.mark.no_database

LOCALS = st.text("abcABZ019._+-!'\"@ ()\u0131\u00e9\x00", max_size=70)
DOMAINS = st.one_of(
    st.sampled_from(["example.org", "Example.ORG", "bücher.example", "localhost", "org", "-a.example", "a..b",
                     "x_y.example", "test", "invalid", "[127.0.0.1]", "e" * 64 + ".org", "a." * 130 + "org"]),
    st.text("ab.-_Z\u0130é ", max_size=20),
)  # fmt: skip


@given(LOCALS, DOMAINS)
def test_the_short_way_answers_what_the_long_one_does(local, domain):
    address = f"{local}@{domain}"
    assert said(normalise, address) == said(lambda text: _looked_at(text.strip()), address)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ana.Lind+team@Example.ORG ", "ana.lind+team@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("a@Bücher.Example", "a@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_stored_in_one_spelling(typed, stored):
    assert normalise(typed) == stored
    assert normalise(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "ı@x.org",
        "a@b",
        "a@",
        "@b.org",
        "a@@b.org",
        "a b@c.org",
        "a@b,org",
        "a@b.org\x00",
        "a..b@c.org",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refused:
        normalise(typed)
    assert refused.value.code == "invalid_address"
    assert refused.value.messages[0].endswith(".")


def said(way, address):
    try:
        return way(address)
    except ValidationError as mistake:
        return mistake.messages
