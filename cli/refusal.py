"""What a command says instead of doing something.

Refusal   the command cannot do what was asked of it; the message says why and the way out
"""


class Refusal(Exception):
    """A command was asked for something it cannot do; nothing was done."""
