"""The addresses of joining without an invitation."""

from django.urls import path

from invitations.views import join_links, join_requests, joining, joining_settings, link_settings

_SETTINGS = "o/<slug:slug>/settings"

urlpatterns = [
    path("o/<slug:slug>/join/", joining.JoinView.as_view(), name="join"),
    path("j/<str:token>/", join_links.OpenView.as_view(), name="join_open"),
    path("join/<uuid:link>/", join_links.JoinLinkView.as_view(), name="join_link"),
    path("join/requests/<uuid:join_request>/withdraw/", joining.WithdrawView.as_view(), name="join_withdraw"),
    path("o/<slug:slug>/invitations/requests/", join_requests.RequestsView.as_view(), name="requests"),
    path(
        "o/<slug:slug>/invitations/requests/<uuid:join_request>/", join_requests.RequestView.as_view(), name="request"
    ),
    path(f"{_SETTINGS}/joining/", joining_settings.JoiningView.as_view(), name="joining"),
    path(f"{_SETTINGS}/joining/<str:kind>/", joining_settings.WayView.as_view(), name="way"),
    path(f"{_SETTINGS}/joining/<str:kind>/off/", joining_settings.CloseWayView.as_view(), name="way_close"),
    path(f"{_SETTINGS}/links/new/", link_settings.MakeLinkView.as_view(), name="link_create"),
    path(f"{_SETTINGS}/links/<uuid:link>/", link_settings.LinkView.as_view(), name="link"),
    path(f"{_SETTINGS}/links/<uuid:link>/revoke/", link_settings.RevokeLinkView.as_view(), name="link_revoke"),
]
