"""Seeing what is in a connection: the ER diagram and the Data tab."""

from django.urls import path, register_converter

from datasources import browse_views, diagram_views


class TableConverter:
    """A table's full name: anything at all, with slashes and line breaks in it."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TableConverter, "table")

urlpatterns = [
    path("databases/<int:connection_id>/diagram/", diagram_views.diagram, name="diagram"),
    path("databases/<int:connection_id>/diagram/<table:table>/", diagram_views.diagram_table, name="diagram_table"),
    path("databases/<int:connection_id>/graph.json", diagram_views.graph, name="graph"),
    path("databases/<int:connection_id>/sample/<table:table>/", diagram_views.sample_rows, name="sample_rows"),
    path("databases/<int:connection_id>/data/", browse_views.data, name="data"),
    path("databases/<int:connection_id>/data/<table:table>/", browse_views.data_table, name="data_table"),
]
