"""Breaking a stack on purpose, under load, and measuring how it recovers."""
