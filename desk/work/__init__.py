"""What teammates do with drafts: suggestions to decide on, macros to reuse, and what became of every ticket."""
