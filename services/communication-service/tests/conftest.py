pytest_plugins = ["hdms_common.testing.plugin"]
