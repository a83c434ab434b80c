"""What the desk's routes take and answer with, one file a noun, each with the examples that the manual shows."""
