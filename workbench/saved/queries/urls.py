from django.urls import path

from workbench.saved.queries import editing_views, views

_OF_A_CONNECTION = "databases/<int:connection_id>/saved/"
_ONE = "saved/<int:saved_id>/"

urlpatterns = [
    path(_OF_A_CONNECTION, views.saved_queries, name="saved_queries"),
    path(_OF_A_CONNECTION + "add/", editing_views.add, name="saved_query_add"),
    path(_OF_A_CONNECTION + "parameters/", editing_views.parameters, name="saved_parameters"),
    path("teams/<int:team_id>/saved/", views.team_saved, name="team_saved"),
    path("answers/<uuid:episode_id>/save/", editing_views.save_answer, name="save_answer"),
    path(_ONE, views.saved_query, name="saved_query"),
    path(_ONE + "result/", views.saved_result, name="saved_result"),
    path(_ONE + "edit/", editing_views.edit, name="saved_query_edit"),
    path(_ONE + "delete/", editing_views.delete, name="saved_query_delete"),
    path(_ONE + "bring-back/", editing_views.bring_back, name="saved_query_bring_back"),
    path(_ONE + "duplicate/", editing_views.duplicate, name="saved_query_duplicate"),
]
