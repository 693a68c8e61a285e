"""Logging in and out, a person's own pages, teams and their people. Only those of allauth's pages that we dress."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api, invitation_views, preference_views, team_views, views

login = allauth_views.LoginView.as_view(extra_context={"signup_open": lambda: settings.ALLOW_SIGNUP})
logout = require_POST(allauth_views.logout)
set_password = require_http_methods(["GET", "POST"])(allauth_views.password_set)

# allauth finds its pages by these names.
entrance = [
    path("login/", login, name="account_login"),
    path("logout/", logout, name="account_logout"),
    path("account/signup/", allauth_views.signup, name="account_signup"),
    path("account/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path("account/password/set/", set_password, name="account_set_password"),
    path("account/password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

urlpatterns = [
    path("login/", login, name="login"),
    path("logout/", logout, name="logout"),
    *entrance,
    path("account/", views.account, name="account"),
    path("account/preferences/", preference_views.preferences, name="preferences"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<uuid:public_id>/revoke/", views.revoke_token, name="revoke_token"),
    path("teams/", team_views.teams, name="teams"),
    path("teams/<int:team_id>/", team_views.team, name="team"),
    path("teams/<int:team_id>/rename/", team_views.rename_team, name="rename_team"),
    path("teams/<int:team_id>/leave/", team_views.leave_team, name="leave_team"),
    path("teams/<int:team_id>/delete/", team_views.delete_team, name="delete_team"),
    path("teams/<int:team_id>/members/<int:user_id>/role/", team_views.change_role, name="change_role"),
    path("teams/<int:team_id>/members/<int:user_id>/remove/", team_views.remove_member, name="remove_member"),
    path("teams/<int:team_id>/invitations/", team_views.invite, name="invite"),
    path(
        "teams/<int:team_id>/invitations/<int:invitation_id>/revoke/",
        team_views.revoke_invitation,
        name="revoke_invitation",
    ),
    path("invitations/<str:token>/", invitation_views.invitation, name="invitation"),
    path("api/me/", api.me, name="api_me"),
]
