from django.urls import path

from team.views.access import AccessView, WhoView
from team.views.audit import AuditView, LogChoicesView
from team.views.audit_export import AuditExportView
from team.views.audit_proof import ProofView
from team.views.export import ExportView
from team.views.invitation import InvitationMenuView, InvitationView
from team.views.member_choices import MemberChoicesView
from team.views.members import MembersView
from team.views.mine import OrganizationsView
from team.views.overview import OverviewView
from team.views.person import PersonView
from team.views.person_history import HistoryView
from team.views.person_menu import PersonMenuView
from team.views.refused import RefusedView
from team.views.thing_history import GroupHistoryView, RoleHistoryView

app_name = "team"

urlpatterns = [
    path("organizations/", OrganizationsView.as_view(), name="organizations"),
    path("o/<slug:slug>/", OverviewView.as_view(), name="overview"),
    path("o/<slug:slug>/members/", MembersView.as_view(), name="members"),
    path("o/<slug:slug>/members/by/<slug:name>/", MemberChoicesView.as_view(), name="member_choices"),
    path("o/<slug:slug>/members/export.csv", ExportView.as_view(), name="export"),
    path("o/<slug:slug>/members/<uuid:membership>/", PersonView.as_view(), name="person"),
    path("o/<slug:slug>/members/<uuid:membership>/menu/", PersonMenuView.as_view(), name="person_menu"),
    path("o/<slug:slug>/members/<uuid:membership>/history/", HistoryView.as_view(), name="person_history"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/", InvitationView.as_view(), name="invitation"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/menu/", InvitationMenuView.as_view(), name="invitation_menu"),
    path("o/<slug:slug>/roles/<uuid:role>/history/", RoleHistoryView.as_view(), name="role_history"),
    path("o/<slug:slug>/groups/<uuid:group>/history/", GroupHistoryView.as_view(), name="group_history"),
    path("o/<slug:slug>/access/", AccessView.as_view(), name="access"),
    path("o/<slug:slug>/access/who/", WhoView.as_view(), name="who"),
    path("o/<slug:slug>/audit/", AuditView.as_view(), name="audit"),
    path("o/<slug:slug>/audit/proof/", ProofView.as_view(), name="audit_proof"),
    path("o/<slug:slug>/audit/by/<slug:name>/", LogChoicesView.as_view(), name="audit_choices"),
    path("o/<slug:slug>/audit/export/", AuditExportView.as_view(), name="audit_export"),
    path("o/<slug:slug>/audit/refused/", RefusedView.as_view(), name="refused"),
]
