from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0023_files_of_what_was_read")]

    operations = [
        migrations.AddIndex(
            model_name="remark", index=models.Index(fields=["-created_at", "-id"], name="remarks_by_time")
        ),
    ]
