pytest_plugins = ["tests.shop", "tests.site"]
