"""Offers of membership, lists of people to invite, and people who asked for no more."""

from invitations.models.invitations import NOTE_LENGTH, Invitation, InvitationStatus
from invitations.models.lists import MOST_ROWS, Bucket, InviteList, InviteRow
from invitations.models.refusals import Refusal

__all__ = [
    "MOST_ROWS",
    "NOTE_LENGTH",
    "Bucket",
    "Invitation",
    "InvitationStatus",
    "InviteList",
    "InviteRow",
    "Refusal",
]
