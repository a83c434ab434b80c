"""Scorers: each asks one question of a run, and states its unit, its direction and its error.

A new scorer is a `Family` in the `FAMILIES` of its module. Numbers come from NumPy and the standard library alone.
"""
