"""Systems of our own: what the product itself answers to the examples of each kind of suite.

Each one's id holds everything its answers rest on, so that a kept result is never stale.
"""
