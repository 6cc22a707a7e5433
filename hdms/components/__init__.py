"""The components, one module each; `hdms/catalog.py` lists them."""
