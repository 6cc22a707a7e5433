"""What our layers cost over the bare drivers, as a ratio that two runs can be compared by."""
