"""The pages for what went wrong stand on their own."""

import pytest
from django.template.loader import get_template
from django.test import Client


@pytest.mark.django_db
def test_an_unknown_address_is_answered_in_our_look(client):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_says_that_nothing_was_changed():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "429.html", "500.html"])
def test_error_pages_need_no_request(name):
    assert "Go to Roster" in get_template(name).render()
