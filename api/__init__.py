"""The HTTP edge: a route parses, calls one door and answers."""
