"""The ordinary user that the embedded server runs as, since PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from database.errors import ServerFailed

CANDIDATES = ("deskhand", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this machine; `dropped` says that we are root and step down to it."""

    uid: int
    gid: int
    dropped: bool

    def run(self, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as this user and return what it said."""
        arguments = [str(part) for part in command]
        return subprocess.run(arguments, capture_output=True, text=True, **self.popen, **options)

    @property
    def popen(self) -> dict[str, Any]:
        """Return what `subprocess` needs to start a process as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def own(self, folder: Path) -> None:
        """Make a folder that only this user (and root) can enter.

        Raises ServerFailed when it belongs to somebody else.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
        if owner not in (self.uid, os.geteuid()):
            raise ServerFailed(
                f"{str(folder)!r} belongs to user {name(owner)!r}, not to {name(self.uid)!r}: "
                "run as that user, or choose another data folder"
            )
        folder.chmod(0o700)
        self.give(folder)

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    @contextmanager
    def within_reach(self, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield a path that a process of this user can follow to the folder, and the `subprocess` options it needs.

        Root's folders often lie below ones that nobody else may enter. An open handle leads past them.
        """
        if not (self.dropped and Path("/proc/self/fd").is_dir()):
            yield str(folder), {"cwd": folder}
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{handle}", {"pass_fds": [handle], "cwd": "/"}
        finally:
            os.close(handle)


def for_cluster(cluster: Path) -> Account:
    """Return the user to run a cluster as: ourselves, or as root the owner it already has, or an ordinary user."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), dropped=False)
    if cluster.exists() and (found := cluster.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid, dropped=True)
    for candidate in CANDIDATES:
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, dropped=True)
    raise ServerFailed(
        f"PostgreSQL does not run as root and this machine has none of the users {', '.join(CANDIDATES)}: "
        "create one, run as an ordinary user, or set DESKHAND_DATABASE_URL"
    )


def name(uid: int) -> str:
    """Return the name of a user, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
