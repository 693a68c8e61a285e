from django.urls import path

from endpoints import views

urlpatterns = [path("teams/<int:team_id>/model/", views.model, name="team_model")]
