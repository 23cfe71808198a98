"""Offers of membership, lists of people to invite, people who asked for no more; ways to join, and who asks to."""

from invitations.models.invitations import NOTE_LENGTH, Invitation, InvitationStatus, mail_key
from invitations.models.join_requests import MESSAGE_LENGTH, REASON_LENGTH, SHOWN_FOR, JoinRequest, JoinStatus
from invitations.models.lists import MOST_ROWS, WORDS, Bucket, InviteList, InviteRow
from invitations.models.refusals import Refusal
from invitations.models.ways import JoinLink, WayIn, WayKind

__all__ = [
    "MESSAGE_LENGTH",
    "MOST_ROWS",
    "NOTE_LENGTH",
    "REASON_LENGTH",
    "SHOWN_FOR",
    "WORDS",
    "Bucket",
    "Invitation",
    "InvitationStatus",
    "InviteList",
    "InviteRow",
    "JoinLink",
    "JoinRequest",
    "JoinStatus",
    "Refusal",
    "WayIn",
    "WayKind",
    "mail_key",
]
