from django.urls import path

from learning.feedback.pages import views

urlpatterns = [
    path("databases/<int:connection_id>/remarks/", views.remarks, name="remarks"),
]
