from django.urls import path

from team.views.audit import AuditView
from team.views.members import MembersView
from team.views.mine import OrganizationsView
from team.views.overview import OverviewView

app_name = "team"

urlpatterns = [
    path("organizations/", OrganizationsView.as_view(), name="organizations"),
    path("o/<slug:slug>/", OverviewView.as_view(), name="overview"),
    path("o/<slug:slug>/members/", MembersView.as_view(), name="members"),
    path("o/<slug:slug>/audit/", AuditView.as_view(), name="audit"),
]
