"""The routes, one file per kind of thing: each parses, calls one door and answers."""
