"""The real program: a small rendered campaign, commands, and a server."""

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from put_files import environment

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def program():
    return os.environ.get("CANDID", str(ROOT / "build/release/cli/candid"))


class Workplace:
    """A folder for one test, with a home of its own; keeps what every command and server said. Goes with the `with`."""

    def __init__(self, **variables):
        self.folder = Path(tempfile.mkdtemp(prefix="candid-uploads-"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.variables = environment(HOME=str(self.folder), **variables)
        self._count = 0
        self._servers = []

    def log_file(self, name):
        self._count += 1
        return self.logs / f"{self._count:03}-{name}.log"

    def run(self, *words, **variables):
        """`candid WORDS` to its end. What it was asked to print in JSON is no log."""
        done = subprocess.run([program(), *map(str, words)], env={**self.variables, **variables}, capture_output=True,
                              text=True, timeout=600, check=False)
        self.log_file(words[0]).write_text(("" if "--json" in words else done.stdout) + done.stderr)
        return done

    def must(self, *words, **variables):
        done = self.run(*words, **variables)
        if done.returncode != 0:
            raise RuntimeError(f"candid {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def start(self, *words, **variables):
        """`candid WORDS` in the background."""
        with self.log_file(words[0]).open("w") as log:
            return subprocess.Popen([program(), *map(str, words)], env={**self.variables, **variables},
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def serve(self, data, *options, **variables):
        server = CandidServer(self, data, *options, **variables)
        self._servers.append(server)
        return server

    def token(self, data, *options):
        return json.loads(self.must("token", "add", "sample", "--data", data, "--json", *options))["token"]

    def __enter__(self):
        return self

    def end_servers(self):
        for server in self._servers:
            server.end()

    def __exit__(self, *_):
        self.end_servers()
        shutil.rmtree(self.folder)


class CandidServer:
    """`candid serve`, on a free port unless told otherwise, as the last words of `wrapper`."""

    def __init__(self, workplace, data, *options, listen="127.0.0.1:0", wrapper=(), **variables):
        log = workplace.log_file("serve").open("w")
        self._process = subprocess.Popen(
            [*map(str, wrapper), program(), "serve", "--listen", listen, "--data", str(data), "--json", *map(str, options)],
            env={**workplace.variables, **variables}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        text = ""
        while not text.rstrip().endswith("}"):
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"candid serve did not start: {Path(log.name).read_text()}")
            text += line
        log.write(text)
        self.url = json.loads(text)["url"]

    @property
    def pid(self):
        return self._process.pid

    def end(self):
        if self._process.returncode is None:
            self._process.terminate()
            self._process.communicate(timeout=60)
        return self._process.returncode

    def kill(self):
        """SIGKILL: nothing that it had in mind gets done."""
        self._process.kill()
        self._process.communicate(timeout=60)


class Campaign:
    """Rendered, of small pictures, with sample candidates."""

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def make(cls, workplace, name="campaign", rows=3, size="320x180", seconds=6):
        folder = workplace.folder / name
        workplace.must("new", folder, "--kit", "update")
        workplace.must("record", folder, "--camera", "test:", "--size", size, "--max", f"{seconds}s")
        with (folder / "campaign.toml").open("a") as file:
            file.write(f'\n[video]\nsize = "{size}"\n')
        with (folder / "candidates.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "name", "first_name", "role", "email"))
            writer.writerows((f"sample-{i}", f"Sample {i}", f"Sample{i}", "Tester", f"sample-{i}@example.com")
                             for i in range(1, rows + 1))
        workplace.must("render", folder)
        return cls(folder)

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Campaign(folder)

    def publish_to(self, **keys):
        """What [publish] says; true and false as in TOML."""
        path = self.folder / "campaign.toml"
        text = re.sub(r"\n\[publish\]\n[^\[]*", "", path.read_text())
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        path.write_text(f"{text}\n[publish]\n{lines}")

    @property
    def links_file(self):
        return self.folder / "out/links.csv"

    def links(self):
        if not self.links_file.exists():
            return []
        with self.links_file.open(newline="") as file:
            return list(csv.DictReader(file))

    def recipes(self):
        return {path.stem: json.loads(path.read_text()) for path in (self.folder / "out/work/recipes").glob("*.json")}
