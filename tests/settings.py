"""The site's settings for tests: whatever the shell or a .env file of the machine says, these hold."""

import os
import tempfile

os.environ.update(
    {
        "DATA_DIR": tempfile.mkdtemp(prefix="sqlagent-tests-"),
        "DATABASE_URL": "",
        "DEBUG": "false",
        "LOCAL_MODEL": "0.5b",
        "LOCAL_MODEL_PATH": "",
        "SECRET_KEY": "a key for tests only",
        "API_BASE_URL": "",
        "MODEL_NAME": "",
        "HF_TOKEN": "",
        "OPENAI_API_KEY": "",
    }
)

from sqlagent_site.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
