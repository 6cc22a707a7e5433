"""What the services' tests share: a pytest plugin, a cast of users, processes to test against."""
