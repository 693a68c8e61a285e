from django.urls import path

from learning.quotas.pages import views

urlpatterns = [
    path("teams/<int:team_id>/usage/", views.team_usage, name="team_usage"),
    path("teams/<int:team_id>/usage/export/", views.export, name="usage_export"),
]
