"""What people may ask about themselves: a copy of all that is held of them, and that it is erased.

`holdings` says of every table what of it is a person's; copying, counting and erasing follow it, and a test fails for a
table that it does not name. What is erased leaves numbers behind and no words.
"""
