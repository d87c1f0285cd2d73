"""main.py UPSTREAM PORT ADMIN_PORT SEED, run by tests/servers/fault_proxy."""

import asyncio
import random
import socket
import sys

sys.dont_write_bytecode = True

from admin import Admin
from faults import Faults
from line import Line
from messages import LIMIT
from proxy import Proxy


def listen(port):
    listener = socket.create_server(("127.0.0.1", port), backlog=512)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LIMIT)  # connections inherit it
    return listener


async def main(upstream, port, admin_port, seed):
    chance = random.Random(int(seed))
    proxy = Proxy(upstream, chance, Faults(chance), Line())
    servers = (await asyncio.start_server(proxy.serve, sock=listen(int(port)), limit=LIMIT),
               await asyncio.start_server(Admin(proxy).serve, "127.0.0.1", int(admin_port), limit=64 << 20))
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(*sys.argv[1:]))
