"""What the example product keeps: tasks of an organization, and connectors of a group."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from organizations.models import Group, Organization


class Task(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=100)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.title


class Connector(models.Model):
    group = models.ForeignKey(Group, models.CASCADE, related_name="connectors")
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name
