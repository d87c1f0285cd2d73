#!/usr/bin/env python3
"""Reads every #include and fails on one that the floors forbid (docs/architecture.md).

usage: check_layers.py ROOT     exit 0: clean; 1: breaches, one a line

Linking alone does not enforce the floors: with a shared include root an illegal include still builds.
"""

import pathlib
import re
import sys

# Who may include whom. Each folder may always include itself.
GROUND = {"core": set(), "media": {"core"}, "net": {"core"}}
STAGES = {
    "capture": {"core", "media"},
    "overlay": {"core", "media"},
    "encode": {"core", "media"},
    "upload": {"core", "net"},
    "deliver": {"core", "net"},
    "track": {"core", "net"},
}
ALL_BELOW_SHELLS = set(GROUND) | set(STAGES) | {"campaign"}
MAY_INCLUDE = {
    **GROUND,
    **STAGES,
    "campaign": set(GROUND) | set(STAGES),
    "cli": ALL_BELOW_SHELLS,
    "gui": ALL_BELOW_SHELLS,
    "tests": ALL_BELOW_SHELLS | {"cli", "gui"},
}

# Third-party headers and the folders whose files may name them.
THIRD_PARTY = [
    (r"SDL", {"gui"}),
    (r"imgui", {"gui"}),
    (r"curl/", {"net"}),
    (r"opencv2/", {"overlay", "capture"}),
    (r"lib(av|sw)[a-z]+/", {"media", "encode", "capture"}),
    (r"xcb/", {"capture", "gui"}),
    (r"pulse/|linux/videodev2\.h", {"capture"}),
    (r"ebur128\.h", {"media"}),
    (r"pango/|cairo|librsvg/|gdk-pixbuf/|fontconfig/", {"overlay"}),
    (r"boost/", {"track"}),
    (r"SQLiteCpp/|sqlite3\.h|pqxx/|libpq-fe\.h", {"track"}),
    (r"openssl/", {"core", "net"}),
    (r"sodium\.h", {"track"}),
    (r"pugixml\.hpp", {"upload"}),
    (r"unicode/|spdlog/|csv\.h", {"core"}),
    (r"toml\+\+/", {"campaign"}),
    (r"CLI/", {"cli", "gui"}),
]

# A header whose comment says "Internal to FOLDER" may show a third party, and no other folder may include it. Shells
# and tests have no public headers. media/av.h alone is public and shows libav, for .cpp files of three folders.
INTERNAL = re.compile(r"^// .*\bInternal to (\w+)\b", re.M)
WITHOUT_PUBLIC_HEADERS = {"cli", "gui", "tests"}
# What may stand in any header: STYLE's Result type.
HARMLESS = re.compile(r"tl/expected\.hpp")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def is_internal(path, folder):
    if folder in WITHOUT_PUBLIC_HEADERS:
        return True
    return path.is_file() and bool(INTERNAL.search(path.read_text(encoding="utf-8")))


def breaches_of(root, relative):
    folder = relative.parts[0]
    text = (root / relative).read_text(encoding="utf-8")
    is_public_header = relative.suffix == ".h" and not is_internal(root / relative, folder)
    for match in INCLUDE.finditer(text):
        quote, name = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        where = f"{relative}:{line}"
        target = name.split("/")[0]
        if quote == '"' and "/" not in name:
            yield f'{where}: "{name}": name the folder: "folder/{name}"'
        elif target in MAY_INCLUDE:
            if target != folder and target not in MAY_INCLUDE[folder]:
                allowed = ", ".join(sorted(MAY_INCLUDE[folder])) or "nothing of ours"
                yield f"{where}: {folder} must not include {name}; it may include: {allowed}"
            elif name == "media/av.h":
                if folder not in {"media", "encode", "capture", "tests"}:
                    yield f"{where}: libav stays behind media, encode and capture"
                elif is_public_header:
                    yield f"{where}: media/av.h is for .cpp files"
            elif target != folder and folder != "tests" and is_internal(root / name, target):
                yield f"{where}: {name} is internal to {target}"
        else:
            for pattern, folders in THIRD_PARTY:
                if re.match(pattern, name) and folder not in folders and folder != "tests":
                    yield f"{where}: <{name}> belongs to {', '.join(sorted(folders))}"
            is_third_party = re.search(r"[./]", name) and not re.match(r"(sys|netinet|arpa|bits)/", name) and name not in POSIX
            if is_public_header and is_third_party and not HARMLESS.match(name) and name != "media/av.h":
                if str(relative) != "media/av.h":
                    yield f"{where}: <{name}> in a public header; keep third parties in .cpp files"


POSIX = {"unistd.h", "fcntl.h", "pthread.h", "netdb.h", "poll.h", "dirent.h", "signal.h", "stdlib.h", "string.h"}


def main():
    root = pathlib.Path(sys.argv[1])
    found = []
    files = 0
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".h", ".cpp"} and "node_modules" not in path.parts:
                files += 1
                found.extend(breaches_of(root, path.relative_to(root)))
    if files == 0:
        found.append(f"{root} holds no source file")
    for breach in found:
        print(breach)
    print(f"{files} files read, {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
