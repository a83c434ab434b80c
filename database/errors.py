"""How the database can fail its user; each message says what to do.

DatabaseError
 +- ServerFailed         the embedded server does not start, or its folder cannot be used
 +- DatabaseUnreachable  the database of the given URL does not answer
 +- MigrationFailed      the tables cannot be brought to what this version needs
"""


class DatabaseError(Exception):
    """The database cannot be used."""


class ServerFailed(DatabaseError):
    """The embedded server does not run."""


class DatabaseUnreachable(DatabaseError):
    """The given database does not answer."""


class MigrationFailed(DatabaseError):
    """The database holds other tables than this version of Deskhand needs."""
