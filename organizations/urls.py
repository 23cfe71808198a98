from django.urls import path

from organizations.urls_bulk import urlpatterns as of_many
from organizations.urls_extending import urlpatterns as of_more_time
from organizations.urls_filters import urlpatterns as of_filters
from organizations.urls_joining import urlpatterns as of_joining
from organizations.urls_people import urlpatterns as of_a_person
from organizations.views import accounts, assigning, group_places, groups, ownership, settings
from organizations.views import organizations as views
from organizations.views.roles.deleting import DeleteRoleView
from organizations.views.roles.editing import CloneRoleView, CreateRoleView, EditRoleView
from organizations.views.roles.listing import ListRolesView, RoleMenuView
from organizations.views.roles.showing import CompareRolesView, RoleView

app_name = "organizations"

urlpatterns = [
    path("organizations/new/", views.CreateView.as_view(), name="create"),
    path("accounts/delete/", accounts.DeleteAccountView.as_view(), name="account_delete"),
    path("accounts/deleted/", accounts.AccountDeletedView.as_view(), name="account_deleted"),
    path("o/<slug:slug>/switch/", views.SwitchView.as_view(), name="switch"),
    path("o/<slug:slug>/leave/", views.LeaveView.as_view(), name="leave"),
    path("o/<slug:slug>/members/<uuid:membership>/role/", assigning.ChangeRoleView.as_view(), name="change_role"),
    path(
        "o/<slug:slug>/members/<uuid:membership>/owner/",
        ownership.TransferView.as_view(),
        name="ownership_transfer",
    ),
    *of_a_person,
    *of_many,
    *of_filters,
    *of_more_time,
    *of_joining,
    path("o/<slug:slug>/groups/", groups.GroupsView.as_view(), name="groups"),
    path("o/<slug:slug>/groups/new/", groups.CreateGroupView.as_view(), name="group_create"),
    path("o/<slug:slug>/groups/<uuid:group>/", groups.GroupView.as_view(), name="group"),
    path("o/<slug:slug>/groups/<uuid:group>/edit/", groups.EditGroupView.as_view(), name="group_edit"),
    path("o/<slug:slug>/groups/<uuid:group>/delete/", groups.DeleteGroupView.as_view(), name="group_delete"),
    path("o/<slug:slug>/groups/<uuid:group>/add/", group_places.AddToGroupView.as_view(), name="group_add"),
    path(
        "o/<slug:slug>/groups/<uuid:group>/<uuid:membership>/remove/",
        group_places.RemoveFromGroupView.as_view(),
        name="group_remove",
    ),
    path(
        "o/<slug:slug>/groups/<uuid:group>/<uuid:membership>/curator/",
        group_places.CuratorView.as_view(),
        name="group_curator",
    ),
    path("o/<slug:slug>/settings/", settings.SettingsView.as_view(), name="settings"),
    path("o/<slug:slug>/settings/two-factor/", settings.TwoFactorView.as_view(), name="two_factor"),
    path("o/<slug:slug>/settings/ownership/", ownership.OwnershipView.as_view(), name="ownership"),
    path(
        "o/<slug:slug>/settings/ownership/<uuid:transfer>/accept/",
        ownership.AcceptView.as_view(),
        name="ownership_accept",
    ),
    path(
        "o/<slug:slug>/settings/ownership/<uuid:transfer>/refuse/",
        ownership.RefuseView.as_view(),
        name="ownership_refuse",
    ),
    path(
        "o/<slug:slug>/settings/ownership/<uuid:transfer>/withdraw/",
        ownership.WithdrawView.as_view(),
        name="ownership_withdraw",
    ),
    path("o/<slug:slug>/roles/", ListRolesView.as_view(), name="roles"),
    path("o/<slug:slug>/roles/new/", CreateRoleView.as_view(), name="role_create"),
    path("o/<slug:slug>/roles/compare/", CompareRolesView.as_view(), name="role_compare"),
    path("o/<slug:slug>/roles/<uuid:role>/", RoleView.as_view(), name="role"),
    path("o/<slug:slug>/roles/<uuid:role>/menu/", RoleMenuView.as_view(), name="role_menu"),
    path("o/<slug:slug>/roles/<uuid:role>/edit/", EditRoleView.as_view(), name="role_edit"),
    path("o/<slug:slug>/roles/<uuid:role>/clone/", CloneRoleView.as_view(), name="role_clone"),
    path("o/<slug:slug>/roles/<uuid:role>/delete/", DeleteRoleView.as_view(), name="role_delete"),
]
