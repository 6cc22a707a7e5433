"""No body larger than a circuit can be: it would be read into memory."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src import problems

# A circuit of 64 Ki characters, each written as a pair of JSON escapes of six bytes, and some more.
LIMIT_BYTES = 1024 * 1024


class BodyLimitMiddleware:
    """Answers 413 to a body of more than LIMIT_BYTES, announced or sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("Content-Length", "")
        if length.isdecimal() and int(length[:20]) > LIMIT_BYTES:
            await _too_large(scope, receive, send)
            return
        received = 0
        answered = False

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LIMIT_BYTES:
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive_some, send_noted)
        except _TooLarge:
            if not answered:
                await _too_large(scope, receive, send)


class _TooLarge(BaseException):
    """Not an Exception, which FastAPI would take for a body that cannot be parsed."""


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    answer = problems.answer(413, f"The body is larger than {LIMIT_BYTES} bytes.")
    await answer(scope, receive, send)
