"""Own a data directory: embedded stores belong to one process.

ServicesError
 +- DataDirectoryBusy      another process owns the stores of this data directory
 +- DataDirectoryUnusable  the data directory cannot be made or written
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

LOCK = "owner.lock"
RETRY_S = 0.1


class ServicesError(Exception):
    """Deskhand cannot be put together from these settings."""


class DataDirectoryBusy(ServicesError):
    """The stores of a data directory belong to one process, and that is another one."""


class DataDirectoryUnusable(ServicesError):
    """The data directory cannot be made or written."""


@asynccontextmanager
async def owned(data: Path, patience_s: float = 0) -> AsyncIterator[None]:
    """Own the embedded stores of a data directory; the kernel takes the lock back however the process ends.

    Raises DataDirectoryBusy when another process still owns them after `patience_s` seconds.
    """
    with _lock_file(data) as descriptor:
        deadline = asyncio.get_running_loop().time() + patience_s
        while not _locked(descriptor):
            if asyncio.get_running_loop().time() >= deadline:
                raise DataDirectoryBusy(_busy(data, descriptor))
            await asyncio.sleep(RETRY_S)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield


@contextmanager
def _lock_file(data: Path) -> Iterator[int]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirectoryUnusable(
            f"the data directory {str(data)!r} cannot be used ({error.strerror}): "
            "set DESKHAND_DATA to a folder of yours"
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(data: Path, descriptor: int) -> str:
    owner = os.pread(descriptor, 20, 0).decode("ascii", "replace") or "unknown"
    return (
        f"the data directory {str(data)!r} is in use by process {owner}: wait until it ends, or stop it; "
        "while `deskhand serve` runs, the other commands go through it"
    )
