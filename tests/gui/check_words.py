#!/usr/bin/env python3
"""Every word that the window says has a translation in each language, with the same number of "{}", and no translation is left
over.

usage: check_words.py ROOT     exit 0: clean; 1: what is wrong, one a line
"""

import json
import pathlib
import re
import sys

# Literals that stand beside each other are one.
LITERAL = r'(?:"(?:[^"\\]|\\.)*"\s*)+'
CALL = re.compile(rf'\btr(?:_count)?\(\s*({LITERAL})(?:,\s*({LITERAL}))?')
# Words of a table, translated where they are shown.
TABLE = re.compile(r'constexpr std::array<Choice.*?\}\};', re.S)
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def said_in(source):
    for call in CALL.finditer(source):
        yield "".join(TEXT.findall(call.group(1)))
        if call.group(0).startswith("tr_count"):
            yield "".join(TEXT.findall(call.group(2)))
    for table in TABLE.finditer(source):
        yield from TEXT.findall(table.group(0))[1::2]


def main():
    root = pathlib.Path(sys.argv[1])
    said = set()
    for path in sorted((root / "gui").rglob("*.cpp")):
        said.update(json.loads(f'"{text}"') for text in said_in(path.read_text(encoding="utf-8")))
    # Kits are the campaign's; the window shows what they are called, and their first line.
    for kit in sorted((root / "assets/kits").glob("*/campaign.toml")):
        said.update((kit.parent.name, kit.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")))
    wrong = []
    for file in sorted((root / "assets/gui").glob("*.json")):
        words = json.loads(file.read_text(encoding="utf-8"))["words"]
        wrong += [f"{file.name}: no translation of {text!r}" for text in sorted(said - words.keys())]
        wrong += [f"{file.name}: {text!r} is said nowhere" for text in sorted(words.keys() - said)]
        wrong += [f"{file.name}: {text!r} has other gaps" for text, own in words.items() if text.count("{}") != own.count("{}")]
    for line in wrong:
        print(line)
    print(f"{len(said)} texts, {len(wrong)} faults")
    return 1 if wrong or not said else 0


if __name__ == "__main__":
    sys.exit(main())
