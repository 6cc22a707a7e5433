"""What changes people and departments: each in a transaction, under locks, with its events.

Rows are locked in one order, so that no two changes wait for each other: first people, then
departments, each by id.
"""
