"""A list of people to invite: what was pasted or uploaded, row by row, until it is sent and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.models.invitations import NOTE_LENGTH
from organizations.models import Organization, Role

MOST_ROWS = 10_000
WORDS = {"address": 320, "role": 100, "groups": 500, "ends": 40}  # what a line says, each at most so long


class Bucket(models.TextChoices):
    """What becomes of a row: what would become of it until the list is sent, and then what did."""

    READY = "ready", "Ready"
    NO_SEAT = "no_seat", "No seat left"
    CAP = "trial_cap", "Over the plan's number of addresses"
    MALFORMED = "malformed", "Needs mending"
    ROLE = "role", "Not yours to give"
    DEACTIVATED = "deactivated", "Deactivated here"
    INVITED = "invited", "Already invited"
    MEMBER = "member", "Already a member"
    OWN = "own", "Your own address"
    TWICE = "twice", "On the list twice"
    DOMAIN = "domain", "Domain not allowed"
    REFUSED = "refused", "Asked for no more"
    TOO_OFTEN = "too_often", "Mailed too often today"
    SENT = "sent", "Invited"
    LEFT_OUT = "left_out", "Left out"


class InviteList(models.Model):
    """What its maker is about to send; role, groups and end of access are for the rows that name none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invite_lists")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="+")
    group_ids = models.JSONField(default=list)
    access_ends_at = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="Of the file that it was read from.")
    job_id = models.UUIDField(null=True, help_text="The work that sends it, or has sent it.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.organization}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_sent(self) -> bool:
        return self.job_id is not None


class InviteRow(models.Model):
    """One line of a list: as it was typed, and as it was understood. What a row leaves empty, the list says."""

    list = models.ForeignKey(InviteList, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(help_text="Its place in the list.")
    place = models.PositiveIntegerField(help_text="The line on which it stood in the text or file.")
    address = models.CharField(max_length=WORDS["address"])
    role = models.CharField(max_length=WORDS["role"], blank=True)
    groups = models.CharField(max_length=WORDS["groups"], blank=True)
    ends = models.CharField(max_length=WORDS["ends"], blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why its line could not be read.")
    bucket = models.CharField(max_length=11, choices=Bucket.choices)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["list", "line"], name="invitations_row_line")]
        indexes = [models.Index(fields=["list", "bucket", "line"], name="invitations_row_bucket")]

    def __str__(self) -> str:
        return f"{self.line}: {self.address}"
