"""The addresses of saved filters."""

from django.urls import path

from organizations.views.saved_filters import DeleteFilterView, SavedFiltersView

urlpatterns = [
    path("o/<slug:slug>/members/filters/", SavedFiltersView.as_view(), name="saved_filters"),
    path("o/<slug:slug>/members/filters/<uuid:filter>/delete/", DeleteFilterView.as_view(), name="saved_filter_delete"),
]
