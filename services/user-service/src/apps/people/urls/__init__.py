"""The paths of people and departments."""
