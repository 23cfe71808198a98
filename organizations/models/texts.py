"""What a person of an organization is found by."""

from __future__ import annotations

import unicodedata

from django.db import models

from organizations.querysets import MembershipTextQuerySet

# A letter that no name holds: three letters that the index knows reach across it, and across no space.
JOINT = "\ua78f"


class MembershipText(models.Model):
    """Name and address of a membership, folded, in a table of its own: its index is dear to write.

    Each word begins a line; the last line is the whole name again, its words joined. PostgreSQL finds any three letters
    of it by a trigram index (see the migration that makes this table).
    """

    membership = models.OneToOneField(
        "organizations.Membership", models.CASCADE, primary_key=True, related_name="found_by"
    )
    organization = models.ForeignKey("organizations.Organization", models.CASCADE, related_name="texts")
    text = models.TextField()

    objects = MembershipTextQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text


def text_of(name: str, email: str) -> str:
    """What somebody of this name and address is found by."""
    words = folded(name)
    joined = [JOINT.join(words)] if len(words) > 1 else []
    return "\n".join(["", *words, *folded(email), *joined])


def needle(typed: str) -> str:
    """What a search looks for in such a text: a word or the part of one, or several that follow each other.

    Signs that no folded text holds stay as they are and find nobody: an empty needle would find everyone.
    """
    return JOINT.join(folded(typed)) or typed


def folded(text: str) -> list[str]:
    """Its words without regard to case and accents: Chloé is found by chloe, and chloe by CHLOÉ."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).split()
