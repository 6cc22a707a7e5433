"""A steady load for minutes, and whether the system would hold for a day (spec 001 SC-005)."""
