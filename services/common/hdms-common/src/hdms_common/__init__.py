"""What every service of HDMS shares, whatever its framework."""
