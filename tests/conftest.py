pytest_plugins = ["tests.postgres", "tests.shop", "tests.site"]
