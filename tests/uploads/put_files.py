"""candid_put_files (put_files.cpp) as tests run it."""

import json
import os
import subprocess
from urllib.parse import quote


def s3_address(url, facts):
    return f"s3://{facts['bucket']}?endpoint={quote(url, safe=':/')}&region={facts['region']}&style=path"


def s3_environment(facts, **more):
    return environment(AWS_ACCESS_KEY_ID=facts["access_key"], AWS_SECRET_ACCESS_KEY=facts["secret_key"], **more)


def environment(**variables):
    """Ours without any keys or proxies of the machine's user, and with these."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "CANDID_STORE_", "CANDID_API_", "CANDID_LOG")) and not name.lower().endswith("_proxy")}
    return {**kept, "XDG_CONFIG_HOME": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", **variables}


class PutFiles:
    """One run. `ended()` waits for it and gives what it told."""

    def __init__(self, store, notes, files, variables, *options):
        program = os.environ.get("CANDID_PUT_FILES", "build/release/tests/uploads/candid_put_files")
        words = [program, "--store", store, "--notes", notes, *options, *files]
        self.process = subprocess.Popen([str(word) for word in words], env=variables, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.told, self.log = {}, ""

    def ended(self, timeout=3600):
        output, self.log = self.process.communicate(timeout=timeout)
        self.told = json.loads(output) if output.strip() else {}
        return self.told

    def failures(self):
        files = [file["error"] for file in self.told.get("files", []) if "error" in file]
        return files + ([self.told["error"]] if "error" in self.told else [])
