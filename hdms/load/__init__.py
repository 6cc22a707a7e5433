"""A steady load on a running stack, whose clients record what they see."""
