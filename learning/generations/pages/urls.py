from django.urls import path

from learning.generations.pages import changing_views, compare_views, editing_views, run_views, transfer_views, views

_OF_A_CONNECTION = "databases/<int:connection_id>/generations/"
_OF_A_GENERATION = _OF_A_CONNECTION + "<int:number>/"
_OF_A_RUN = _OF_A_CONNECTION + "runs/<uuid:optimization_id>/"

urlpatterns = [
    path(_OF_A_CONNECTION, views.generations, name="generations"),
    path(_OF_A_CONNECTION + "compare/", compare_views.compare, name="compare_generations"),
    path(_OF_A_CONNECTION + "import/", transfer_views.bring, name="import_generation"),
    path(_OF_A_CONNECTION + "optimize/", run_views.start, name="start_optimization"),
    path(_OF_A_GENERATION, views.generation, name="generation"),
    path(_OF_A_GENERATION + "promote/", changing_views.promote, name="promote_generation"),
    path(_OF_A_GENERATION + "roll-back/", changing_views.roll_back, name="roll_back"),
    path(_OF_A_GENERATION + "edit/", editing_views.edit, name="edit_generation"),
    path(_OF_A_GENERATION + "prompt.json", transfer_views.export, name="export_generation"),
    path(_OF_A_RUN, run_views.optimization, name="optimization"),
    path(_OF_A_RUN + "progress/", run_views.progress, name="optimization_progress"),
    path(_OF_A_RUN + "under-way/", run_views.under_way, name="optimization_under_way"),
    path(_OF_A_RUN + "cancel/", run_views.cancel, name="cancel_optimization"),
]
