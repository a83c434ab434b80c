"""How large a body may be."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.content import FILES, MAIL
from connectors.email import mailbox
from desk.attachments import LARGEST

BODY = 1_000_000  # bytes
BATCH = 8_000_000  # bytes: a few hundred articles, or one of the largest
_DRAINED = 4 * BATCH  # bytes read on after a refusal, so that the sender reads the answer instead of a reset


class BodyLimit:
    """Refuse a body over the limit before anything parses it; `larger` names paths that may take a batch."""

    def __init__(self, app: ASGIApp, larger: Sequence[str] = ()) -> None:
        self._app = app
        self._larger = tuple(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            await _drain(receive)
            await problems.document(scope["state"]["request_id"], _refusal(limit))(scope, receive, send)
            return
        await self._app(scope, _Counted(receive, limit), send)

    def _limit(self, path: str) -> int:
        if FILES.fullmatch(path):
            return LARGEST
        if path == MAIL:
            return mailbox.LARGEST
        return BATCH if path.startswith(self._larger) else BODY


class _Counted:
    """Receives a body of unstated length and refuses it once it has grown too large."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._read = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            if message.get("more_body"):
                await _drain(self._receive)
            raise _refusal(self._limit)
        return message


def _refusal(limit: int) -> problems.TooLarge:
    return problems.TooLarge(
        f"A body may have {limit:,} bytes here; send less at a time.", headers={"Connection": "close"}
    )


async def _drain(receive: Receive) -> None:
    read = 0
    while read < _DRAINED:
        message = await receive()
        read += len(message.get("body", b""))
        if not message.get("more_body"):
            return
