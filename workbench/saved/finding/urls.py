from django.urls import path

from workbench.saved.finding import views

urlpatterns = [
    path("find/", views.find, name="find"),
    path("databases/<int:connection_id>/asked-before/", views.asked_before, name="asked_before"),
]
