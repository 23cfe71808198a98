"""Names: anything that people are called, nothing that deceives a reader."""

import pytest
from django.core.exceptions import ValidationError

from accounts.names import validate_name

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize(
    "name",
    [
        "Grace Okafor",
        "Chloé Martin",
        "O’Brien-Nuñez",
        "李小龍",
        "علی\u200cرضا",
        "J. R. Smith",
        "Dr. h.c. Weiß",
        "AT&T <Labs>",
        "नीलम",
        "🦊",
        "…",
        "J.Ch. Bach",
        "J.Ph.Rameau",
        "Dr.in Maria Huber",
        "Dr.med.vet. Weiß",
        "Smith & Co.KG",
        "Acme S.p.A.",
        "St.Gallen",
        "Node.js / Deno",
        "Mr./Mrs.",
        "Ola Nordmann m.fl.",
        "Team 24/7",
        "v1.2.3",
        "invoices.update",
        "Nos.12:30",
    ],
)
def test_names_that_people_have(name):
    validate_name(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Grace\x00", "control_characters"),
        ("Grace\nBcc: x@example.org", "control_characters"),
        ("\u202eecarG", "control_characters"),
        ("\u2066Grace\u2069", "control_characters"),
        ("\u3164", "control_characters"),
        ("\u2800\u2800", "control_characters"),
        ("\ud800", "control_characters"),
        ("\u200d \u200c", "control_characters"),
        ("\u200c\u00a0\u200c", "control_characters"),
        ("\u2000\u200d\u2000", "control_characters"),
        ("\ufe0f", "control_characters"),
        ("\u034f", "control_characters"),
        ("\u17b4", "control_characters"),
        ("\U000e0100", "control_characters"),
        ("\u0301", "control_characters"),
        ("Win at https://evil.example", "link"),
        ("www.evil.example", "link"),
        ("Your bank.com", "link"),
        ("bit.ly/abc", "link"),
        ("t.co/abc", "link"),
        ("paypal.de", "link"),
        ("Ihre Sparkasse.de: anmelden", "link"),
        ("evil.co.uk", "link"),
        ("evil.shop", "link"),
        ("evil.museum/login", "link"),
        ("evil.museum:8080", "link"),
        ("bücher.com", "link"),
        ("ｅｖｉｌ.com", "link"),
        ("evil．com", "link"),
        ("evil。com", "link"),
        ("evil｡com", "link"),
        ("EVIL.COM", "link"),
        ("evil\ufe0f.com", "link"),
        ("evil.c\u034fom", "link"),
        ("evil\u200d.com", "link"),
        ("ht\u200ctps://evil", "link"),
        ("hxxps:evil", "link"),
        ("javascript:alert(1)", "link"),
        ("mailto:x", "link"),
        ("//evil.example", "link"),
        ("192.0.2.1", "link"),
        ("grace@evil.de", "link"),
    ],
)
def test_names_that_deceive(name, code):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.code == code
