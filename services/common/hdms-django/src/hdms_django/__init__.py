"""What the Django services of HDMS share."""
