from django.urls import path

from learning.feedback.pages import team_views, views

_REMARK = "databases/<int:connection_id>/remarks/<int:remark_id>/"

urlpatterns = [
    path("databases/<int:connection_id>/remarks/", views.remarks, name="remarks"),
    path("databases/<int:connection_id>/remarks/rules/new/", views.new_rule, name="new_rule"),
    path(_REMARK, views.remark, name="remark"),
    path(f"{_REMARK}decide/", views.decide, name="decide_remark"),
    path(f"{_REMARK}reopen/", views.reopen, name="reopen_remark"),
    path(f"{_REMARK}rule/", views.edit_rule, name="edit_rule"),
    path(f"{_REMARK}move/", views.move_rule, name="move_rule"),
    path(f"{_REMARK}stop/", views.stop_rule, name="stop_rule"),
    path(f"{_REMARK}resume/", views.resume_rule, name="resume_rule"),
    path("teams/<int:team_id>/learning/", team_views.team_learning, name="team_learning"),
]
