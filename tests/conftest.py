pytest_plugins = ["tests.mariadb", "tests.postgres", "tests.shop", "tests.site"]
