from django.urls import include, path

from benchmarks import bare, bare_changes

urlpatterns = [
    path("bare/<slug:slug>/", bare.page),
    path("bare/<slug:slug>/export.csv", bare.export),
    path("bare/<slug:slug>/invite/", bare_changes.invite),
    path("bare/invitation/<uuid:invitation>/accept/", bare_changes.accept),
    path("", include("config.urls")),
]
