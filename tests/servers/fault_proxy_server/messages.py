"""HTTP/1.1 messages on asyncio streams: heads are parsed, bodies are passed on piece by piece."""

from urllib.parse import parse_qs, urlsplit

PIECE = 1 << 18
# Room in a stream, for heads as for bodies. Little, as on a real line: what waits in buffers has left the client, which
# counts it as sent and wonders why no answer comes.
LIMIT = 1 << 16


class Malformed(Exception):
    pass


class Head:
    """A request's or an answer's first line and header fields."""

    def __init__(self, raw):
        lines = raw[:-4].decode("latin-1").split("\r\n")
        self.first = lines[0].split(" ", 2)
        if len(self.first) < 2:
            raise Malformed(lines[0])
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]

    def get(self, name, default=""):
        for field, value in self.fields:
            if field.lower() == name:
                return value
        return default

    def without(self, *names):
        return [(field, value) for field, value in self.fields if field.lower() not in names]

    def length(self):
        return int(self.get("content-length", "0") or 0)

    def is_chunked(self):
        return "chunked" in self.get("transfer-encoding").lower()


class Request(Head):
    def __init__(self, raw):
        super().__init__(raw)
        self.method, self.target = self.first[0], self.first[1]
        parts = urlsplit(self.target)
        self.path = parts.path
        self.query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}

    def waits_for_continue(self):
        return self.get("expect").lower() == "100-continue"

    def kind(self):
        """The method, and what S3's query says that it is about."""
        for name, word in (("partNumber", "part"), ("uploadId", "upload"), ("uploads", "uploads"), ("delete", "delete")):
            if name in self.query:
                return f"{self.method} {word}"
        return self.method


class Answer(Head):
    def __init__(self, raw):
        super().__init__(raw)
        self.status = int(self.first[1])

    def has_body(self, method):
        return method != "HEAD" and self.status not in (204, 304) and self.status >= 200

    def closes(self):
        return self.get("connection").lower() == "close" or not (self.get("content-length") or self.is_chunked())


def compose(first_line, fields):
    return (first_line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n").encode("latin-1")


async def read_head(reader, kind):
    return kind(await reader.readuntil(b"\r\n\r\n"))


async def read_answer(reader):
    """The next final one: 100 Continue and the like are passed over."""
    while True:
        answer = await read_head(reader, Answer)
        if answer.status >= 200:
            return answer


async def pieces(reader, length, size=PIECE):
    while length:
        piece = await reader.read(min(length, size))
        if not piece:
            raise ConnectionResetError("the body ended early")
        length -= len(piece)
        yield piece


async def answer_pieces(reader, answer, method):
    """The body of an answer as it stands on the wire."""
    if not answer.has_body(method):
        return
    if answer.is_chunked():
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            yield line
            if size == 0:
                break
            async for piece in pieces(reader, size + 2):
                yield piece
        while True:
            line = await reader.readuntil(b"\r\n")
            yield line
            if line == b"\r\n":
                return
    elif answer.get("content-length"):
        async for piece in pieces(reader, answer.length()):
            yield piece
    else:
        while piece := await reader.read(PIECE):
            yield piece
