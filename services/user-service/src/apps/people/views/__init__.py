"""What is asked of people and departments over HTTP."""
