"""A command that is killed (SIGKILL) at random moments, as often as was asked for."""

import argparse
import os
import random
import time


def options_of(about, full, few=6):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--kills", type=int, default=few, metavar="N", help="how many (%(default)s)")
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
    came before the end. A kill that came too late counts for nothing: another is made, within less time, as the run that
    was measured may have been a slow one. Returns the sum, and how it went in words."""
    chance = random.Random(options.seed)
    twice, in_time, tries = 0, 0, 0
    while in_time < options.kills and tries < 3 * options.kills:
        age = chance.uniform(0, length)
        more, was_running = kill_once(age, f"kill {tries} after {age:.3f} s")
        tries += 1
        twice += more
        in_time += was_running
        if not was_running:
            length = max(age, 0.8 * length)
    checks.that(in_time * 2 >= options.kills, f"only {in_time} of {tries} kills came before the end")
    return twice, f"{in_time} kills within {length:.2f} s, seed {options.seed}; {tries - in_time} came too late"
