from django.urls import URLPattern, path

from workbench.results import statement_views, views
from workbench.results.exports.views import export

urlpatterns: list[URLPattern] = [
    path("answers/<uuid:episode_id>/result/", views.answer_result, name="answer_result"),
    path("databases/<int:connection_id>/results/", statement_views.statement_result, name="statement_result"),
    path("databases/<int:connection_id>/results/chart/", statement_views.statement_chart, name="statement_chart"),
    path("results/<uuid:result_id>/chart/", statement_views.result_chart, name="result_chart"),
    path("results/<uuid:result_id>/", views.result, name="result"),
    path("results/<uuid:result_id>/read/", views.read, name="result_read"),
    path("results/<uuid:result_id>/rows/", views.rows, name="result_rows"),
    path("results/<uuid:result_id>/rows/<int:number>/", views.row, name="result_row"),
    path("results/<uuid:result_id>/columns/<int:number>/", views.column, name="result_column"),
    path("results/<uuid:result_id>/copied/", views.copied, name="result_copied"),
    path("results/<uuid:result_id>/export/", export, name="result_export"),
    path("results/<uuid:result_id>/exports/", views.exports, name="result_exports"),
]
