"""How the database can fail its user; each message says what to do.

DatabaseError
 +- ServerFailed         the embedded server does not start, or its folder cannot be used
 +- DatabaseUnreachable  the database of the given URL does not answer
 +- MigrationFailed      the tables cannot be brought to what this version needs
 +- BackupFailed         a backup cannot be written, or not be restored; everything is as it was
 +- BackupUnusable       a file is no whole backup that this version can restore
 +- TargetTaken          what a backup would replace is in use, or not empty
"""


class DatabaseError(Exception):
    """The database cannot be used."""


class ServerFailed(DatabaseError):
    """The embedded server does not run."""


class DatabaseUnreachable(DatabaseError):
    """The given database does not answer."""


class MigrationFailed(DatabaseError):
    """The database holds other tables than this version of Deskhand needs."""


class BackupFailed(DatabaseError):
    """A backup cannot be written, or not be restored."""


class BackupUnusable(DatabaseError):
    """The file is no backup that this version can restore."""


class TargetTaken(DatabaseError):
    """A backup would replace what is in use, or what somebody may still want."""
