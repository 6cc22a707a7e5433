"""The directory: a service's own copy of the people and departments, kept by user-service's events.

Every service but user-service installs it. What it is asked decides what somebody may do, so that a
demotion counts as soon as its event has come.
"""
