# A plugin that others use comes before them.
pytest_plugins = [
    "tests.workers",
    "tests.mariadb",
    "tests.postgres",
    "tests.migrated",
    "tests.programs",
    "tests.redis",
    "tests.cluster",
    "tests.shop",
    "tests.site",
]
