from collections import defaultdict

import django.db.models.deletion
import numpy as np
from django.db import migrations, models
from django.db.models import Exists, OuterRef, Sum

from agent.policy import FEATURES
from agent.repairs import REPAIRS, Strategy
from learning.bandit.policy_file import FORMAT, VERSION
from learning.bandit.sums import Seen, Sums, dense, fitted

NAME = 'Learned before the log was kept'


def keep_what_is_older(apps, schema_editor):
    """What arms hold that no decision in the log explains becomes an imported policy of its connection.

    Arms are sums over the log: rebuilt, as after a reset, they would lose it. It is taken out of them here, so that it
    does not count twice.
    """
    Arm, Policy = apps.get_model('learning', 'BanditArm'), apps.get_model('learning', 'ImportedPolicy')
    stored, logged = _stored(Arm), _logged(apps)
    for connection, sums in stored.items():
        older = sums - logged[connection]
        arms = {REPAIRS[arm].value: _exported(older, arm) for arm in range(len(REPAIRS)) if older.pulls[arm] > 0}
        if connection is not None and arms:
            data = {'format': FORMAT, 'version': VERSION, 'features': list(FEATURES), 'arms': arms}
            pulls = sum(arm['pulls'] for arm in arms.values())
            Policy.objects.create(connection_id=connection, name=NAME, data=data, pulls=pulls)
            for strategy in arms:
                _store(Arm, connection, strategy, logged[connection])
    for arm in range(len(REPAIRS)):
        if None in stored and stored[None].pulls[arm] > logged[None].pulls[arm]:
            _store(Arm, None, REPAIRS[arm], logged[None])


def _stored(Arm):
    """By connection; None is all of them together."""
    found = defaultdict(Sums.zero)
    for arm in Arm.objects.filter(user=None):
        size, index = len(arm.features), REPAIRS.index(Strategy(arm.strategy))
        gram = np.frombuffer(arm.gram, dtype=np.float64).reshape(size, size)
        response = np.frombuffer(arm.response, dtype=np.float64)
        sums = found[arm.connection_id]
        sums.gram[index], sums.response[index] = fitted(arm.features, gram, response)
        sums.pulls[index], sums.rewards[index] = arm.pulls, arm.reward_sum
    return found


def _logged(apps):
    """The sums over what counts of the log."""
    found = defaultdict(Sums.zero)
    resets = apps.get_model('learning', 'BanditReset').objects.filter(connection_id=OuterRef('connection_id'), undone_at=None)
    decisions = apps.get_model('learning', 'BanditDecision').objects.order_by()
    counting = decisions.exclude(Exists(resets.filter(at__gte=OuterRef('at'))))
    rows = counting.annotate(earned=Sum('lessons__amount')).values_list('connection_id', 'strategy', 'context', 'earned')
    for connection, strategy, context, earned in rows.iterator(chunk_size=2000):
        seen = Seen(Strategy(strategy), dense(context), earned or 0.0)
        found[None].count(seen)
        if connection is not None:
            found[connection].count(seen)
    return found


def _exported(sums, arm):
    return {
        'pulls': int(sums.pulls[arm]),
        'reward_sum': float(sums.rewards[arm]),
        'gram': sums.gram[arm].tolist(),
        'response': sums.response[arm].tolist(),
    }


def _store(Arm, connection, strategy, sums):
    index = REPAIRS.index(Strategy(strategy))
    Arm.objects.filter(connection_id=connection, user=None, strategy=strategy).update(
        features=list(FEATURES),
        gram=sums.gram[index].tobytes(),
        response=sums.response[index].tobytes(),
        pulls=int(sums.pulls[index]),
        reward_sum=float(sums.rewards[index]),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('datasources', '0002_connections'),
        ('learning', '0008_question_keys'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='importedpolicy',
            options={'ordering': ['-at', '-pk'], 'verbose_name_plural': 'imported policies'},
        ),
        migrations.AlterField(
            model_name='banditreset',
            name='connection',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bandit_resets', to='datasources.connection'),
        ),
        migrations.RunPython(keep_what_is_older, migrations.RunPython.noop),
    ]
