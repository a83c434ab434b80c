"""The shared words as frozen types.

Whatever crosses a boundary between two rooms is defined here and imports nothing of ours.
Nothing here waits, reads a clock or touches the outside.
"""
