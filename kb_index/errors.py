"""What can go wrong with the knowledge index.

KnowledgeError
 +- SourceError        nothing can be read at a path
 +- UnknownBrand       articles for a brand that does not exist
 +- NotSolved          no teammate answered a past ticket with an article
 +- IndexUnavailable   the store of vectors does not answer, or holds vectors of another embedder
"""


class KnowledgeError(Exception):
    """Articles cannot be read, kept or searched."""


class SourceError(KnowledgeError):
    """A path does not exist, cannot be read or holds no article."""


class UnknownBrand(KnowledgeError):
    """A brand does not exist; `deskhand brands add` makes one."""


class NotSolved(KnowledgeError):
    """There is nothing to remember of a past ticket: no teammate answered it with an article."""


class IndexUnavailable(KnowledgeError):
    """The store of vectors does not answer, or holds vectors of another embedder."""
