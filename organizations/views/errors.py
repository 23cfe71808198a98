"""Puts what an action refused beside the field that it is about."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm


def add_errors(form: BaseForm, mistakes: ValidationError) -> None:
    """Add them by field where they name one the form has, else above the form."""
    by_field: dict[str, Any] = (
        mistakes.error_dict if hasattr(mistakes, "error_dict") else {NON_FIELD_ERRORS: mistakes.error_list}
    )
    for field, errors in by_field.items():
        form.add_error(field if field in form.fields else None, errors)
