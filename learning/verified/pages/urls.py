from django.urls import path

from learning.verified.pages import editing_views, transfer_views, views

_OF_A_CONNECTION = "databases/<int:connection_id>/verified/"
_OF_AN_IMPORT = _OF_A_CONNECTION + "import/<int:import_id>/"
_OF_A_QUERY = _OF_A_CONNECTION + "<int:query_id>/"

urlpatterns = [
    path(_OF_A_CONNECTION, views.verified_queries, name="verified_queries"),
    path(_OF_A_CONNECTION + "add/", editing_views.add, name="verified_query_add"),
    path(_OF_A_CONNECTION + "export.jsonl", transfer_views.export, name="verified_export"),
    path(_OF_A_CONNECTION + "import/", transfer_views.choose, name="verified_import"),
    path(_OF_AN_IMPORT, transfer_views.preview, name="verified_import_preview"),
    path(_OF_AN_IMPORT + "go-on/", transfer_views.go_on, name="verified_import_go_on"),
    path(_OF_AN_IMPORT + "keep/", transfer_views.keep, name="verified_import_keep"),
    path(_OF_A_QUERY, views.verified_query, name="verified_query"),
    path(_OF_A_QUERY + "edit/", editing_views.edit, name="verified_query_edit"),
    path(_OF_A_QUERY + "retire/", editing_views.retire, name="verified_query_retire"),
    path(_OF_A_QUERY + "confirm/", editing_views.confirm, name="verified_query_confirm"),
    path(_OF_A_QUERY + "take-back/", editing_views.take_back, name="verified_query_take_back"),
    path(_OF_A_QUERY + "restore/", editing_views.restore, name="verified_query_restore"),
]
