"""What runs components and processes: one package per engine, and the seam (base.py)."""
