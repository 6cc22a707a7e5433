"""The HDMS toolkit: brings infrastructure and services up, configures them, proves they work."""
