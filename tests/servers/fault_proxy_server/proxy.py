"""Requests on their way: from a client, past the faults, to the upstream, and the answers back."""

import asyncio
from urllib.parse import urlsplit

from faults import answer_of
from line import reset
from messages import LIMIT, PIECE, Malformed, Request, answer_pieces, compose, pieces, read_answer, read_head

BROKEN = (OSError, EOFError, asyncio.LimitOverrunError, Malformed, ValueError)
LINGER_SECONDS = 2
# Header fields that tell which piece of an object a request brings.
PIECE_FIELDS = ("content-range", "upload-offset", "range")


async def linger(reader, writer):
    """Closes so that a client which is still sending gets its answer: unread bytes would turn the close into a reset."""
    writer.write_eof()
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while await reader.read(PIECE):
                pass
    except TimeoutError:
        pass
    writer.close()


class Upstream:
    """One connection, for one client's."""

    def __init__(self, address):
        self._address = address
        self.reader = self.writer = None

    async def connect(self):
        if self.writer is None or self.reader.at_eof() or self.writer.is_closing():
            self.close()
            self.reader, self.writer = await asyncio.open_connection(*self._address, limit=LIMIT)

    def close(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.writer = None


class BitFlip:
    """Turns one bit of a stream of known length."""

    def __init__(self, chance, length):
        self._offset = chance.randrange(length) if length else -1
        self._bit = 1 << chance.randrange(8)
        self._passed = 0

    def apply(self, piece):
        place = self._offset - self._passed
        self._passed += len(piece)
        if not 0 <= place < len(piece):
            return piece
        turned = bytearray(piece)
        turned[place] ^= self._bit
        return bytes(turned)


class Exchange:
    """One request and its answer."""

    def __init__(self, proxy, request, reader, writer, upstream):
        self._proxy = proxy
        self._request = request
        self._reader, self._writer, self._upstream = reader, writer, upstream
        self._rule = proxy.faults.choose(request)
        self._kind = self._rule.kind if self._rule else "none"
        self._note = proxy.note(request, self._kind)

    async def run(self):
        """Whether the client's connection goes on."""
        if self._kind in ("slow_down", "false_success", "answer"):
            return await self._answer_alone()
        await self._upstream.connect()
        self._upstream.writer.write(compose(" ".join((self._request.method, self._request.target, "HTTP/1.1")),
                                            self._request.without("expect")))
        incoming = asyncio.ensure_future(read_answer(self._upstream.reader))
        incoming.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            sent_all = await self._forward_body(incoming)
            answer = await incoming
        finally:
            incoming.cancel()
        if self._kind == "reset":
            return self._break()
        return await self._pass_answer(answer, sent_all)

    def _break(self):
        reset(self._writer)
        self._upstream.close()
        return False

    async def _body(self):
        """What the client sends, counted and at the line's speed."""
        if self._request.length() and self._request.waits_for_continue():
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = self._proxy.line.piece_size(PIECE)
        async for piece in pieces(self._reader, self._request.length(), size):
            self._note["body"] += len(piece)
            await self._proxy.line.carry(self._writer, len(piece))
            yield piece

    async def _answer_alone(self):
        status, content_type, body = answer_of(self._rule)
        # A client that waits for leave to send its body is spared that where it would be refused.
        refused_early = status >= 400 and self._request.waits_for_continue()
        if not refused_early:
            async for _ in self._body():
                pass
        fields = [("Content-Type", content_type), ("Content-Length", len(body))]
        if refused_early:
            fields.append(("Connection", "close"))
        self._writer.write(compose(f"HTTP/1.1 {status} By the fault proxy", fields))
        if self._request.method != "HEAD":
            self._writer.write(body)
        await self._writer.drain()
        self._note["status"] = status
        return not refused_early

    async def _forward_body(self, incoming):
        """Whether all of it went; an upstream that has answered already gets no more."""
        length = self._request.length()
        last = self._proxy.chance.randrange(length + 1) if self._kind == "reset" else None
        flip = BitFlip(self._proxy.chance, length) if self._kind == "flip" else None
        sent = 0
        async for piece in self._body():
            if incoming.done():
                return False
            try:
                self._upstream.writer.write(flip.apply(piece) if flip else piece)
                await self._upstream.writer.drain()
            except OSError:  # it may have answered before it closed
                return False
            sent += len(piece)
            if last is not None and sent >= last:
                self._break()
                raise ConnectionResetError("reset by a rule")
        return True

    async def _pass_answer(self, answer, sent_all):
        self._note["status"] = answer.status
        method = self._request.method
        stays = sent_all and not answer.closes() and self._request.get("connection").lower() != "close"
        if answer.get("content-length") and not answer.has_body(method):
            stays = sent_all
        fields = answer.fields if stays else answer.without("connection") + [("Connection", "close")]
        loses = self._kind == "lose"
        if not loses:
            self._writer.write(compose(" ".join(answer.first), fields))
        flip = BitFlip(self._proxy.chance, answer.length()) if self._kind == "flip_answer" else None
        async for piece in answer_pieces(self._upstream.reader, answer, method):
            if not loses:
                await self._proxy.line.wait_until_up()
                self._writer.write(flip.apply(piece) if flip else piece)
                await self._writer.drain()
        if loses:
            return self._break()
        if not stays:
            self._upstream.close()
        return stays


class Proxy:
    def __init__(self, upstream, chance, faults, line):
        parts = urlsplit(upstream)
        self._address = (parts.hostname, parts.port)
        self.chance, self.faults, self.line = chance, faults, line
        self.requests = []

    def note(self, request, fault):
        """What is remembered of a request. `body`: bytes of it that came in; `status`: of the answer, 0 without one."""
        query = {name: value for name, value in request.query.items() if not name.lower().startswith("x-amz-")}
        noted = {"method": request.method, "kind": request.kind(), "path": request.path, "query": query,
                 "length": request.length(), "body": 0, "status": 0, "fault": fault}
        noted.update((name, request.get(name)) for name in PIECE_FIELDS if request.get(name))
        self.requests.append(noted)
        return noted

    async def serve(self, reader, writer):
        self.line.add(writer)
        upstream = Upstream(self._address)
        try:
            stays = True
            while stays:
                if self.line.refuses():
                    raise ConnectionResetError("the line is down")
                request = await read_head(reader, Request)
                if request.is_chunked():
                    raise Malformed("bodies of unknown length are not for this proxy")
                await self.line.wait_until_up()
                stays = await Exchange(self, request, reader, writer, upstream).run()
            await linger(reader, writer)
        except asyncio.IncompleteReadError as end:
            # Between two requests this is an ordinary end; within one, a broken connection.
            if end.partial:
                reset(writer)
            else:
                writer.close()
        except BROKEN:
            reset(writer)
        finally:
            upstream.close()
            self.line.remove(writer)
