pytest_plugins = ["tests.mariadb", "tests.postgres", "tests.programs", "tests.shop", "tests.site"]
