"""What is told of a schema for completion."""

from datasources.diagram import Diagram
from datasources.introspect import Column, Schema, Table
from workbench.editor.words import completion

SCHEMA = Schema(
    (
        Table("order", (Column("id", "int"), Column("Full Name", "text", values=("Ada",), is_private=True))),
        Table("notes", (Column("text", "text", comment="secret"),), schema="hr", is_view=True),
    )
)


def test_names_that_have_to_be_quoted_say_how() -> None:
    [order, notes] = completion(Diagram(SCHEMA), "postgres")["tables"]
    assert order["spelled"] == '"order"'
    assert order["columns"] == [
        {"name": "id", "type": "int"},
        {"name": "Full Name", "type": "text", "spelled": '"Full Name"'},
    ]
    assert (notes["schema"], notes["name"], notes["is_view"]) == ("hr", "notes", True)


def test_nothing_but_names_and_types_is_told() -> None:
    told = str(completion(Diagram(SCHEMA), "sqlite"))
    assert "Ada" not in told
    assert "secret" not in told
