from django.urls import URLPattern, path

from workbench.editor import verifying_views, views

_OF_A_CONNECTION = "databases/<int:connection_id>/sql/"

urlpatterns: list[URLPattern] = [
    path(_OF_A_CONNECTION, views.sql, name="sql"),
    path(_OF_A_CONNECTION + "words.json", views.sql_words, name="sql_words"),
    path(_OF_A_CONNECTION + "run/", views.sql_run, name="sql_run"),
    path(_OF_A_CONNECTION + "format/", views.sql_format, name="sql_format"),
    path(_OF_A_CONNECTION + "stop/", views.sql_stop, name="sql_stop"),
    path(_OF_A_CONNECTION + "forget/", views.sql_forget, name="sql_forget"),
    path(_OF_A_CONNECTION + "verify/", verifying_views.sql_verify, name="sql_verify"),
    path("answers/<uuid:episode_id>/sql/", views.answer_sql, name="answer_sql"),
]
