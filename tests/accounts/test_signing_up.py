"""From nothing to an account with a confirmed address."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.models import User
from audit.models import Event
from mail.models import Mail
from tests.factories import UserFactory
from tests.witness import deliver, written

FORM = {
    "name": "Hana Kobayashi",
    "email": "hana@example.org",
    "password1": "seven green parrots",
    "time_zone": "Asia/Tokyo",
}

pytestmark = pytest.mark.django_db


def test_a_stranger_signs_up_confirms_and_is_in(client, mailed_link):
    with written() as news:
        client.post("/accounts/signup/", FORM)
    user = User.objects.get(email="hana@example.org")
    assert (user.name, user.time_zone) == ("Hana Kobayashi", "Asia/Tokyo")
    assert news.actions == ["account.signed_up"]
    assert [mail.kind for mail in news.mails] == ["accounts.email_confirmation"]

    link = mailed_link("confirm-email")
    assert "becomes an address of Hana Kobayashi" in client.get(link).content.decode()
    assert not EmailAddress.objects.get(user=user).verified  # opening changes nothing
    with written() as news:
        client.post(link)
    assert EmailAddress.objects.get(user=user).verified
    assert news.actions == ["account.email_confirmed", "account.signed_in"]
    assert client.get("/accounts/profile/").status_code == 200


def test_no_row_holds_a_link_or_its_key(client):
    client.post("/accounts/signup/", FORM)
    row = Mail.objects.get()
    address = EmailAddress.objects.get()
    assert row.ids == {"address": str(address.pk)}


def test_the_answer_is_the_same_for_an_address_that_has_an_account(client):
    new = client.post("/accounts/signup/", FORM)
    UserFactory(email="grace@example.org")
    with written() as news:
        known = client.post("/accounts/signup/", FORM | {"email": "Grace@Example.org"})
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert [mail.kind for mail in news.mails] == ["accounts.account_exists"]
    assert news.actions == []
    assert deliver()[-1].to == ["grace@example.org"]


def test_a_mail_that_is_confirmed_meanwhile_is_not_sent(client):
    client.post("/accounts/signup/", FORM)
    EmailAddress.objects.update(verified=True)
    assert deliver() == []


def test_what_fails_half_way_leaves_nothing(client, monkeypatch):
    """Account, event and mail are one change: where the mail cannot be queued, there is no account."""

    def fail(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(Mail.objects, "bulk_create", fail)
    client.raise_request_exception = False
    assert client.post("/accounts/signup/", FORM).status_code == 500
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_the_answer_takes_the_same_work_for_an_address_that_has_an_account(client, monkeypatch):
    UserFactory(email="grace@example.org")
    hashed = []
    encode = MD5PasswordHasher.encode

    def count(*args):
        hashed.append(args)
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    client.post("/accounts/signup/", FORM)
    for_new = len(hashed)
    client.post("/accounts/signup/", FORM | {"email": "grace@example.org"})
    assert for_new == len(hashed) - for_new == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "nobody", "valid email"),
        ("email", "ı@example.org", "Internationalized"),
        ("email", "a@nodot", "valid email"),
        ("email", "x" * 250 + "@example.org", "not an email"),
        ("name", "", "required"),
        ("name", "Visit https://evil.example", "leave out links"),
        ("name", "Grace\u202eOkafor", "invisible"),
        ("name", "nul\x00", "Null characters"),
        ("name", "n" * 101, "at most 100"),
        ("password1", "short", "too short"),
        ("password1", "1234567890", "numeric"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(client, field, value, said):
    answer = client.post("/accounts/signup/", FORM | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert said in " ".join(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in page
    assert 'aria-invalid="true"' in page
    if field != "name":
        assert 'value="Hana Kobayashi"' in page
    assert not User.objects.exists()


def test_a_zone_that_does_not_exist_is_no_reason_to_refuse_anybody(client):
    client.post("/accounts/signup/", FORM | {"time_zone": "Mars/Olympus"})
    assert User.objects.get().time_zone == "UTC"


def test_two_spellings_are_one_person(client):
    client.post("/accounts/signup/", FORM | {"email": " HANA@Example.ORG "})
    assert User.objects.get().email == "hana@example.org"
