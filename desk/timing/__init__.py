"""Clocks: how long customers may wait, what counts as waiting, and who is told before it was too long.

`calendar` and `timer` are pure arithmetic; `clocks` and `alarms` are rows over a connection. Time is always given.
"""
