from django.urls import path

from learning.overview import api, steering_views, views

_OF = "databases/<int:connection_id>/learning/"

urlpatterns = [
    path(_OF, views.learning, name="learning"),
    path(f"{_OF}figures/", views.learning_figures, name="learning_figures"),
    path(f"{_OF}strategies/", views.learning_strategies, name="learning_strategies"),
    path(f"{_OF}comparison/", views.learning_comparison, name="learning_comparison"),
    path(f"{_OF}reset/", steering_views.reset, name="learning_reset"),
    path(f"{_OF}resets/<int:reset_id>/undo/", steering_views.undo, name="learning_undo"),
    path(f"{_OF}policy.json", steering_views.export, name="learning_export"),
    path(f"{_OF}decisions.jsonl", steering_views.export_log, name="learning_log"),
    path(f"{_OF}policies/", steering_views.import_policy, name="learning_import"),
    path(f"{_OF}policies/<int:imported_id>/remove/", steering_views.remove_policy, name="learning_remove"),
    path("api/connections/<int:connection_id>/learning", api.learning, name="api_learning"),
]
