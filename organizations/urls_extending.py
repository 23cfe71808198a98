"""The addresses of requests for more time."""

from django.urls import path

from organizations.views.extending import AskView, ExtensionView

urlpatterns = [
    path("o/<slug:slug>/extensions/ask/", AskView.as_view(), name="extension_ask"),
    path("o/<slug:slug>/extensions/<uuid:extension>/", ExtensionView.as_view(), name="extension"),
]
