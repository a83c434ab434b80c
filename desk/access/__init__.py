"""Who gets in: teammates by password or link, customers by what their brand signed or as whoever began to talk.

Whatever opens something is 256 random bits, told once and kept as a hash.
"""
