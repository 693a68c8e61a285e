"""Connecting databases, and the audit list."""

from django.urls import path

from datasources import audit_views, connect_views, description_views, views

urlpatterns = [
    path("teams/<int:team_id>/databases/", views.connections, name="connections"),
    path("teams/<int:team_id>/databases/new/", connect_views.connect, name="connect"),
    path("teams/<int:team_id>/audit/", audit_views.audit, name="audit"),
    path("teams/<int:team_id>/audit/export/", audit_views.export, name="audit_export"),
    path("teams/<int:team_id>/audit/<int:entry_id>/", audit_views.entry, name="audit_entry"),
    path("databases/<int:connection_id>/", views.connection, name="connection"),
    path("databases/<int:connection_id>/edit/", connect_views.edit, name="connection_edit"),
    path("databases/<int:connection_id>/test/", views.test, name="connection_test"),
    path("databases/<int:connection_id>/switch/", views.switch, name="connection_switch"),
    path("databases/<int:connection_id>/agents/", views.agents, name="connection_agents"),
    path("databases/<int:connection_id>/delete/", views.delete, name="connection_delete"),
    path("databases/<int:connection_id>/schema/", views.schema, name="connection_schema"),
    path("databases/<int:connection_id>/notes/", description_views.notes, name="connection_notes"),
    path("databases/<int:connection_id>/notes/preview/", description_views.preview, name="connection_preview"),
    path("databases/<int:connection_id>/tables/", description_views.tables, name="connection_tables"),
    path("databases/<int:connection_id>/table/", description_views.table, name="connection_table"),
]
