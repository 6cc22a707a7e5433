"""A request that is sent again gives the first answer, and does nothing a second time."""
