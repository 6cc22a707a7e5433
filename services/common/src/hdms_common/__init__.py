"""What the four Django services of HDMS share."""
