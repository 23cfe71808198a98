"""What a form does when somebody else saved meanwhile: it keeps what was typed, and begins from how things stand."""

from django.forms import BaseForm


def show_again(form: BaseForm, **values: str) -> None:
    """Let the form say these values, whatever was sent, beside what was typed."""
    form.data = {name: form.data.get(name) for name in form.data} | values
