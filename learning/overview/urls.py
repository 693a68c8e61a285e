from django.urls import path

from learning.overview import views

urlpatterns = [
    path("databases/<int:connection_id>/learning/", views.learning, name="learning"),
]
