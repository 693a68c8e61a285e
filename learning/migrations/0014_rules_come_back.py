from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def absorb(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What the generation in use says, it alone says."""
    for generation in apps.get_model("learning", "Generation").objects.filter(state="active"):
        generation.remarks.filter(absorbed_in=None).update(absorbed_in=generation.number)


def tell_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Without generations, nobody else says it."""
    apps.get_model("learning", "Remark").objects.exclude(absorbed_in=None).update(absorbed_in=None)


class Migration(migrations.Migration):
    dependencies = [("learning", "0013_activations")]

    operations = [migrations.RunPython(absorb, tell_again)]
