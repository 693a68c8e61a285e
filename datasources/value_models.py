"""What is kept of a database's values, and of which columns nothing may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from datasources.private_columns import Privacy

if TYPE_CHECKING:
    from datasources.models import Connection

LONGEST_TABLE = 300
LONGEST_COLUMN = 200


class ColumnPrivacy(models.Model):
    """What a curator said of a column: whether its values are private. Without it the column's name decides."""

    connection = models.ForeignKey("datasources.Connection", on_delete=models.CASCADE, related_name="privacies")
    table = models.CharField(max_length=LONGEST_TABLE, help_text="As Table.full_name has it")
    column = models.CharField(max_length=LONGEST_COLUMN)
    is_private = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "table", "column"], name="one_privacy_each")]

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"

    @classmethod
    def of(cls, connection: Connection) -> Privacy:
        marks = cls.objects.filter(connection_id=connection.pk).values_list("table", "column", "is_private")
        return Privacy({(table, column): is_private for table, column, is_private in marks})


class KeptValues(models.Model):
    """The values of a column in the connection's value index: `packed` is a list as JSON, compressed."""

    connection = models.ForeignKey("datasources.Connection", on_delete=models.CASCADE, related_name="kept_values")
    table = models.CharField(max_length=LONGEST_TABLE, help_text="As Table.full_name has it")
    column = models.CharField(max_length=LONGEST_COLUMN)
    packed = models.BinaryField()

    class Meta:
        verbose_name_plural = "kept values"
        constraints = [models.UniqueConstraint(fields=["connection", "table", "column"], name="one_list_each")]

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"
