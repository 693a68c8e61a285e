from django.urls import path

from workbench.comfort import views

urlpatterns = [
    path("palette/", views.palette, name="palette"),
    path("first-steps/", views.first_steps, name="first_steps"),
    path("first-steps/seen/", views.seen_step, name="seen_step"),
    path("first-steps/close/", views.close_first_steps, name="close_first_steps"),
    path("first-steps/open/", views.open_first_steps, name="open_first_steps"),
]
