#!/usr/bin/env python3
"""Guessing links at a real server: from many addresses of loopback, so that each guess is really looked up, and past the
twenty misses a minute that an address has. No guess opens anything, and from the 21st on an address is told to wait,
whatever it writes into X-Forwarded-For.
"""

import argparse
import asyncio
import hashlib
import ipaddress
import os
import random
import secrets
import string
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

sys.dont_write_bytecode = True

from checks import Checks
from product import Campaign, Workplace

GUESSES, FULL = 20_000, 1_000_000
MISSES = 20
OVER = 2  # guesses of an address beyond those that it has
AT_ONCE = 16
LETTERS = string.ascii_letters + string.digits + "-_"
FIRST_ADDRESS = int(ipaddress.ip_address("127.1.0.1"))


class Guesser:
    """Tokens of the right shape: most of them random, some as near to real ones as a guess can be."""

    def __init__(self, tokens, seed):
        self._tokens, self._chance = tokens, random.Random(seed)
        self._length = len(tokens[0])

    def guess(self):
        return self._near() if self._chance.random() < 0.1 else "".join(self._chance.choices(LETTERS, k=self._length))

    def _near(self):
        token = self._chance.choice(self._tokens)
        place = self._chance.randrange(self._length)
        other = self._chance.choice([letter for letter in LETTERS if letter != token[place]])
        return self._chance.choice((token[:place] + other + token[place + 1:], token[:-1], token + other, token.swapcase(),
                                    token + "%00", "%20" + token, hashlib.sha256(token.encode()).hexdigest()))


async def read_status(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(" ", 2)[1])


async def guess_from(address, server, paths, forged):
    """The statuses of these paths, asked for by one address over one connection."""
    reader, writer = await asyncio.open_connection(server.hostname, server.port, local_addr=(address, 0))
    statuses = []
    for path in paths:
        fields = f"X-Forwarded-For: {forged()}\r\n" if forged else ""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {server.netloc}\r\n{fields}\r\n".encode())
        statuses.append(await read_status(reader))
    writer.close()
    return statuses


def any_address():
    return str(ipaddress.ip_address(secrets.randbits(32)))


async def guess_all(server, guesser, addresses):
    """How often each status came within an address's twenty misses, and after them."""
    within, after = Counter(), Counter()
    numbers = iter(range(addresses))

    async def work():
        for number in numbers:
            paths = [f"/v/{guesser.guess()}" for _ in range(MISSES + OVER)]
            address = str(ipaddress.ip_address(FIRST_ADDRESS + number))
            statuses = await guess_from(address, server, paths, any_address if number % 2 else None)
            within.update(statuses[:MISSES])
            after.update(statuses[MISSES:])

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return within, after


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=GUESSES, metavar="N", help="that are looked up (%(default)s)")
    parser.add_argument("--full", action="store_true", help=f"{FULL} guesses")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    addresses = (FULL if options.full else options.guesses) // MISSES
    checks = Checks()
    with Workplace() as workplace:
        campaign, data = Campaign.make(workplace), workplace.folder / "data"
        server = workplace.serve(data)
        workplace.must("publish", campaign.folder, "--data", data, "--server", server.url)
        tokens = [urlsplit(row["link"]).path.rsplit("/", 1)[1] for row in campaign.links()]
        place = urlsplit(server.url)
        checks.equal(asyncio.run(guess_from("127.0.0.1", place, [f"/v/{token}" for token in tokens], None)), [200] * len(tokens),
                     "the real links' pages")
        began = time.monotonic()
        within, after = asyncio.run(guess_all(place, Guesser(tokens, options.seed), addresses))
        seconds = time.monotonic() - began
        checks.equal(dict(within), {404: addresses * MISSES}, "answers to an address's first twenty guesses")
        checks.equal(dict(after), {429: addresses * OVER}, "answers after an address's twenty misses")
    print(f"{addresses * MISSES} guesses from {addresses} addresses in {seconds:.1f} s, seed {options.seed}: no hit")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
