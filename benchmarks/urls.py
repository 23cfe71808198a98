from django.urls import include, path

from benchmarks import bare

urlpatterns = [
    path("bare/<slug:slug>/", bare.page),
    path("bare/<slug:slug>/export.csv", bare.export),
    path("", include("config.urls")),
]
