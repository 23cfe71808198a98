"""What a person of an organization is found by."""

from __future__ import annotations

import unicodedata

from django.db import models

from organizations.querysets import MembershipTextQuerySet


class MembershipText(models.Model):
    """Name and address of a membership, folded, in a table of its own: its index is dear to write.

    PostgreSQL finds any three letters of it by a trigram index (see the migration that makes this table).
    """

    membership = models.OneToOneField(
        "organizations.Membership", models.CASCADE, primary_key=True, related_name="found_by"
    )
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="texts")
    text = models.TextField()

    objects = MembershipTextQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text


def folded(text: str) -> str:
    """Without regard to case and accents, a word a line: Chloé is found by chloe, and chloe by CHLOÉ."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "\n".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())
