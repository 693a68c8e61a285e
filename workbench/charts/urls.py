from django.urls import path

from workbench.charts import views

urlpatterns = [
    path("answers/<uuid:episode_id>/chart/", views.answer_chart, name="answer_chart"),
    path("answers/<uuid:episode_id>/chart/shown/", views.answer_chart_shown, name="answer_chart_shown"),
    path("charts/shown/", views.charts_shown, name="charts_shown"),
]
