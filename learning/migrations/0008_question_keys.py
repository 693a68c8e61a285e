from django.db import migrations, models

from learning.verified.keys import key_of, stands_alone

BATCH = 500


def name_questions(apps, schema_editor):
    """Every episode gets the key that it would be asked with now."""
    Episode = apps.get_model('learning', 'Episode')
    unnamed = Episode.objects.filter(key='').select_related('recalled').order_by('pk')
    needed = ('question', 'follows', 'recalled__key')
    batch = list(unnamed.only(*needed)[:BATCH])
    while batch:
        for episode in batch:
            follows = '' if stands_alone(episode.question) else episode.follows
            episode.key = episode.recalled.key if episode.recalled else key_of(episode.question, follows)
        Episode.objects.bulk_update(batch, ['key'])
        batch = list(unnamed.only(*needed).filter(pk__gt=batch[-1].pk)[:BATCH])


class Migration(migrations.Migration):

    dependencies = [
        ('datasources', '0002_connections'),
        ('learning', '0007_imported_queries'),
    ]

    operations = [
        migrations.AddField(
            model_name='episode',
            name='key',
            field=models.CharField(blank=True, default='', editable=False, help_text='Of the verified query that the answer is about', max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(name_questions, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(fields=['connection', 'key'], name='episodes_of_question'),
        ),
    ]
