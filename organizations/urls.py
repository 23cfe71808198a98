from django.urls import path

from organizations.views import organizations as views
from organizations.views.roles.deleting import DeleteRoleView
from organizations.views.roles.editing import CloneRoleView, CreateRoleView, EditRoleView
from organizations.views.roles.listing import ListRolesView, RoleMenuView
from organizations.views.roles.showing import CompareRolesView, RoleView

app_name = "organizations"

urlpatterns = [
    path("organizations/new/", views.CreateView.as_view(), name="create"),
    path("o/<slug:slug>/switch/", views.SwitchView.as_view(), name="switch"),
    path("o/<slug:slug>/leave/", views.LeaveView.as_view(), name="leave"),
    path("o/<slug:slug>/roles/", ListRolesView.as_view(), name="roles"),
    path("o/<slug:slug>/roles/new/", CreateRoleView.as_view(), name="role_create"),
    path("o/<slug:slug>/roles/compare/", CompareRolesView.as_view(), name="role_compare"),
    path("o/<slug:slug>/roles/<uuid:role>/", RoleView.as_view(), name="role"),
    path("o/<slug:slug>/roles/<uuid:role>/menu/", RoleMenuView.as_view(), name="role_menu"),
    path("o/<slug:slug>/roles/<uuid:role>/edit/", EditRoleView.as_view(), name="role_edit"),
    path("o/<slug:slug>/roles/<uuid:role>/clone/", CloneRoleView.as_view(), name="role_clone"),
    path("o/<slug:slug>/roles/<uuid:role>/delete/", DeleteRoleView.as_view(), name="role_delete"),
]
