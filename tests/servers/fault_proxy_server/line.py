"""The line between clients and server: how fast it is, where it breaks, and when it is down for a while."""

import asyncio
import socket
import struct
import time

REFUSE, STALL = "refuse", "stall"


def reset(writer):
    """Ends a connection as a broken network does, with RST."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


class Line:
    def __init__(self):
        self.body_bytes = 0  # of requests, as they came in from clients
        self.cuts_done = 0
        self.brownouts_done = 0
        self._clients = set()
        self._bytes_per_second = 0
        self._next_free = 0.0
        self._cuts = []
        self._mode = None
        self._is_up = asyncio.Event()
        self._is_up.set()

    def add(self, writer):
        self._clients.add(writer)

    def remove(self, writer):
        self._clients.discard(writer)

    def refuses(self):
        return self._mode == REFUSE

    def throttle(self, bits_per_second):
        self._bytes_per_second = bits_per_second / 8

    def cut_after(self, offsets):
        """Resets the connection over which the n-th byte of all request bodies comes in, for each n."""
        self._cuts = sorted(offsets)

    def piece_size(self, usual):
        if not self._bytes_per_second:
            return usual
        return int(min(usual, max(512, self._bytes_per_second / 20)))

    async def carry(self, writer, count):
        """Accounts for bytes of a request's body that came in; returns when they would have, on this line."""
        self.body_bytes += count
        if self._cuts and self.body_bytes >= self._cuts[0]:
            self._cuts.pop(0)
            self.cuts_done += 1
            reset(writer)
            raise ConnectionResetError("cut")
        if self._bytes_per_second:
            now = time.monotonic()
            self._next_free = max(self._next_free, now) + count / self._bytes_per_second
            await asyncio.sleep(self._next_free - now)
        await self.wait_until_up()

    async def wait_until_up(self):
        if self._mode == STALL:
            await self._is_up.wait()

    async def brown_out(self, seconds, mode):
        """All connections are reset, and new ones too, for so long; or nothing moves for so long."""
        self.brownouts_done += 1
        self._mode = mode
        self._is_up.clear()
        if mode == REFUSE:
            for writer in list(self._clients):
                reset(writer)
        await asyncio.sleep(seconds)
        self._mode = None
        self._is_up.set()
