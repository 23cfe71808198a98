"""The addresses of a deployment: the product's own beside Roster's."""

from django.urls import include, path

urlpatterns = [
    path("", include("tests.example.urls")),
    path("", include("config.urls")),
]
