"""A certificate authority of a test's own, and a certificate by it for this machine: good, expired, or another host's."""

from dataclasses import dataclass
from pathlib import Path

NAMES = "DNS:localhost,IP:127.0.0.1"
OTHER_NAMES = "DNS:elsewhere.example"


@dataclass
class Certificate:
    authority: Path
    chain: Path
    key: Path


def make_certificate(harness, names=NAMES, days=30):
    """In PEM files below the harness's folder. With negative days it has expired."""
    def path(name):
        return harness.folder / name

    def make_key(name):
        harness.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path(name))

    make_key("authority.key")
    harness.run("openssl", "req", "-x509", "-new", "-key", path("authority.key"), "-subj", "/CN=Sample authority",
                "-days", 60, "-addext", "keyUsage=critical,keyCertSign", "-out", path("authority.pem"))
    make_key("server.key")
    harness.run("openssl", "req", "-new", "-key", path("server.key"), "-subj", "/CN=Sample server", "-out", path("server.csr"))
    extensions = harness.write("server.ext", f"subjectAltName = {names}\nextendedKeyUsage = serverAuth\n")
    harness.run("openssl", "x509", "-req", "-in", path("server.csr"), "-CA", path("authority.pem"), "-CAkey", path("authority.key"),
                "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", path("server.pem"))
    return Certificate(path("authority.pem"), path("server.pem"), path("server.key"))
