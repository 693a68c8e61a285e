from django.urls import path

from workbench.saved.subscriptions import views

urlpatterns = [
    path("saved/<int:saved_id>/subscribe/", views.subscribe, name="subscribe"),
    path("subscriptions/<int:subscription_id>/end/", views.end_subscription, name="end_subscription"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
