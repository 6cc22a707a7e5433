"""What our layers cost over the bare drivers below them, measured inside a service."""
