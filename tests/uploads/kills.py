"""A command that is killed (SIGKILL) at random moments, as often as was asked for."""

import argparse
import os
import random
import time


def options_of(about, full):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--kills", type=int, default=12, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--full", action="store_const", dest="kills", const=full, help=f"{full} kills")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"), help="repeats the moments")
    return parser.parse_args()


def killed(process, age):
    """Kills what has run for so many seconds; tells whether it was still running."""
    with process:
        time.sleep(age)
        was_running = process.poll() is None
        process.kill()
    return was_running


def kill_again_and_again(options, length, kill_once, checks):
    """Kills at moments within so many seconds. kill_once(age, when) returns how much was sent twice, and whether the kill
    came before the end. Returns the sum, and how it went in words."""
    chance = random.Random(options.seed)
    twice, in_time = 0, 0
    for number in range(options.kills):
        age = chance.uniform(0, length)
        more, was_running = kill_once(age, f"kill {number} after {age:.3f} s")
        twice += more
        in_time += was_running
    checks.that(in_time * 2 >= options.kills, f"only {in_time} of {options.kills} kills came before the end")
    return twice, f"{options.kills} kills within {length:.2f} s, seed {options.seed}: {in_time} before the end"
