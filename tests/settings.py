"""The site's settings for tests: whatever the shell or a .env file of the machine says, these hold."""

import os
import tempfile
from pathlib import Path

from sqlagent_site.env import SETTINGS

os.environ.update(
    dict.fromkeys((setting.name for setting in SETTINGS), "")
    | {
        "DATA_DIR": tempfile.mkdtemp(prefix="sqlagent-tests-"),
        "LOCAL_MODEL": "0.5b",
        "SECRET_KEY": "a key for tests only",
    }
)

from sqlagent_site.settings import *  # noqa: F403

# Where pytest keeps the files that tests connect.
ALLOWED_DB_DIRS = [Path(tempfile.gettempdir())]
# The best repair is chosen, always: a test whose subject is exploring says how much.
EXPLORATION = 0.0
# No prompt evolves by itself: a test whose subject that is says after how many questions.
GEPA_OPTIMIZE_EVERY = 0
# A question is read once: a test whose subject is reading again says how often.
READINGS = 1
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Migrations are carried out once for all workers: tests/migrated.py.
DATABASES["default"]["TEST"]["MIGRATE"] = False  # noqa: F405
INSTALLED_APPS = ["tests.emptying", *INSTALLED_APPS]  # noqa: F405
