import os
import tempfile

# Before Django reads them: tests have settings of their own, whatever the shell or a .env file of the machine says.
os.environ.update(
    {
        "DATA_DIR": tempfile.mkdtemp(prefix="sqlagent-tests-"),
        "DATABASE_URL": "",
        "DEBUG": "false",
        "LOCAL_MODEL": "0.5b",
        "SECRET_KEY": "a key for tests only",
        "API_BASE_URL": "",
        "HF_TOKEN": "",
        "OPENAI_API_KEY": "",
    }
)
