"""The Benchmark tab, the Prompt tab, and the parts of the Learning tab."""

from django.urls import include, path

from learning.benchmark.pages import compare_views, views

urlpatterns = [
    path("", include("learning.overview.urls")),
    path("", include("learning.verified.pages.urls")),
    path("", include("learning.feedback.pages.urls")),
    path("", include("learning.generations.pages.urls")),
    path("", include("learning.quotas.pages.urls")),
    path("databases/<int:connection_id>/benchmark/", views.benchmark, name="benchmark"),
    path("databases/<int:connection_id>/benchmark/compare/", compare_views.compare, name="benchmark_compare"),
    path("databases/<int:connection_id>/benchmark/compare/question/", compare_views.question, name="compared_question"),
    path("benchmark/<uuid:evaluation_id>/", views.evaluation, name="evaluation"),
    path("benchmark/<uuid:evaluation_id>/progress/", views.progress, name="evaluation_progress"),
    path("benchmark/<uuid:evaluation_id>/under-way/", views.under_way, name="evaluation_under_way"),
    path("benchmark/<uuid:evaluation_id>/questions/<int:number>/", views.question, name="evaluated_question"),
    path("benchmark/<uuid:evaluation_id>/cancel/", views.cancel, name="evaluation_cancel"),
    path("benchmark/<uuid:evaluation_id>/go-on/", views.go_on, name="evaluation_go_on"),
    path("benchmark/<uuid:evaluation_id>/run.json", views.download, name="evaluation_download"),
]
