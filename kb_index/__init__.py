"""Articles to passages to ranked evidence.

The vector and the lexical index only suggest ids; the store has the last word on text, visibility and liveness.
Both indexes can be rebuilt from the store at any time without embedding again.
"""
