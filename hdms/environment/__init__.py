"""The variables of the `.env` files: their schema, loading, validation and synchronisation."""
