from django.urls import path

from learning.verified.pages import views

urlpatterns = [
    path("databases/<int:connection_id>/verified/", views.verified_queries, name="verified_queries"),
]
