#!/usr/bin/env python3
"""Thousands of candidates, and thousands of rows that get no video: only what is seen is drawn."""

import sys

sys.dont_write_bytecode = True

from desktop import Desktop

ROWS = 5000
MOST = 20_000  # kB; all rows' words took 54,000
REJECTED = (260, 162)  # the line that counts them, below the one of things to know


def resident(process):
    with open(f"/proc/{process.pid}/status") as told:
        return next(int(line.split()[1]) for line in told if line.startswith("VmRSS"))


def main():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        rows = ["id,name,first_name,role,email"]
        rows += [f"c-{i},Кандидат {i} 王,Кандидат,Engineer,c{i}@example.com" for i in range(ROWS)]
        rows += [f"r-{i},Zoë {i} 名,Zoë,Engineer,not an address {i}" for i in range(ROWS)]
        (folder / "candidates.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        window = desk.open(folder)
        window.key("ctrl+5")
        window.wait_title("Candidates", "Backend Engineer")
        closed = window.still_picture()
        before = resident(window.process)
        window.click(*REJECTED)
        assert window.still_picture() != closed, "the list did not open"
        window.save("rejected")
        grown = resident(window.process) - before
        assert grown < MOST, f"{grown} kB"
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print(f"{ROWS} rows without a video took {grown} kB")


if __name__ == "__main__":
    main()
