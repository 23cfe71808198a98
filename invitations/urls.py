from django.urls import path

from invitations.urls_joining import urlpatterns as of_joining
from invitations.views import (
    addresses,
    answering,
    asking,
    changing,
    console,
    correcting,
    lists,
    many,
    offering,
    refusing,
)

app_name = "invitations"

urlpatterns = [
    *of_joining,
    path("o/<slug:slug>/invitations/", console.ListInvitationsView.as_view(), name="list"),
    path("o/<slug:slug>/invitations/new/", offering.InviteView.as_view(), name="create"),
    path("o/<slug:slug>/invitations/lists/<uuid:list>/", lists.InviteListView.as_view(), name="invite_list"),
    path(
        "o/<slug:slug>/invitations/lists/<uuid:list>/rows.csv",
        lists.DownloadListView.as_view(),
        name="invite_list_download",
    ),
    path("o/<slug:slug>/invitations/<uuid:invitation>/resend/", asking.ResendView.as_view(), name="resend"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/revoke/", asking.RevokeView.as_view(), name="revoke"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/role/", changing.ChangeRoleView.as_view(), name="change_role"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/extend/", correcting.ExtendView.as_view(), name="extend"),
    path("o/<slug:slug>/invitations/<uuid:invitation>/address/", correcting.CorrectView.as_view(), name="correct"),
    path("o/<slug:slug>/invitations/many/", many.ChangeManyView.as_view(), name="many"),
    path("o/<slug:slug>/invitations/many/<uuid:job>/", many.ManyJobView.as_view(), name="many_job"),
    path("i/<str:token>/", answering.OpenView.as_view(), name="open"),
    path("invitation/<uuid:invitation>/", answering.InvitationView.as_view(), name="show"),
    path("invitation/<uuid:invitation>/accept/", answering.AcceptView.as_view(), name="accept"),
    path("invitation/<uuid:invitation>/decline/", answering.DeclineView.as_view(), name="decline"),
    path("invitation/<uuid:invitation>/ask/", answering.AskAnewView.as_view(), name="ask_anew"),
    path("invitation/<uuid:invitation>/no-more/", refusing.RefuseFurtherView.as_view(), name="refuse_further"),
    path("invitation/<uuid:invitation>/switch/", addresses.SwitchAccountView.as_view(), name="switch_account"),
    path("invitation/<uuid:invitation>/add-address/", addresses.AddAddressView.as_view(), name="add_address"),
    path("refusals/<uuid:refusal>/allow/", refusing.AllowAgainView.as_view(), name="allow_again"),
]
