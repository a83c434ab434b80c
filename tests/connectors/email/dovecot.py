"""A real IMAP server on this machine, for as long as a test session."""

import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "correct-horse"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def program() -> str | None:
    """Return where the server lies, None on a machine without it."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def serving() -> Iterator[int]:
    """Yield the port of a server that takes any user with PASSWORD and keeps their mail until it stops."""
    owner = pwd.getpwnam("dovecot" if os.getuid() == 0 else getpass.getuser())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="imap-"))
    (folder / "mail").mkdir()
    for place in (folder, folder / "mail"):
        place.chmod(0o755)
        os.chown(place, owner.pw_uid, owner.pw_gid)
    configuration = folder / "dovecot.conf"
    group = "dovecot" if os.getuid() == 0 else str(owner.pw_gid)
    values = {"user": owner.pw_name, "group": group, "uid": owner.pw_uid, "gid": owner.pw_gid}
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, password=PASSWORD, **values))
    with subprocess.Popen([str(program()), "-F", "-c", str(configuration)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(10)
            shutil.rmtree(folder, ignore_errors=True)


def put(port: int, user: str, mail: bytes, folder: str = "INBOX") -> None:
    """Lay a mail into somebody's folder, as a server that delivers does."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(user, PASSWORD)
        if folder != "INBOX":
            imap.create(folder)
        status, answer = imap.append(folder, "", None, mail)
        assert status == "OK", answer


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
