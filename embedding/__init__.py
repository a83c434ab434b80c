"""Text to vectors: one port, three adapters.

Embedders are synchronous and thread-safe; whoever waits for one calls it in the pool that services owns.
Vectors are float32 rows of length one, so a dot product is the cosine.
"""
