"""An nginx of a test's own: in the foreground, as one process, everything below its folder."""

import secrets
from pathlib import Path

MODULES = Path("/usr/lib/nginx/modules")

CONFIG = """
{modules}
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_buffer_size 256k;
  client_body_temp_path {temporary};
  proxy_temp_path {folder}/proxy_temp;
  fastcgi_temp_path {folder}/fastcgi_temp;
  uwsgi_temp_path {folder}/uwsgi_temp;
  scgi_temp_path {folder}/scgi_temp;
  server {{
    {listen}
    {server}
  }}
}}
"""


def listen(port, certificate=None):
    if not certificate:
        return f"listen 127.0.0.1:{port};"
    return (f"listen 127.0.0.1:{port} ssl;\n    ssl_certificate {certificate.chain};\n"
            f"    ssl_certificate_key {certificate.key};")


def start_nginx(harness, listen_lines, server, modules=(), temporary=None):
    loads = "\n".join(f"load_module {MODULES / name};" for name in modules)
    config = harness.write("nginx.conf", CONFIG.format(
        modules=loads, folder=harness.folder, temporary=temporary or harness.folder / "body_temp",
        listen=listen_lines, server=server))
    return harness.start("nginx", "nginx", "-p", harness.folder, "-e", "stderr", "-c", config)


def password():
    """Of letters and digits, so that it needs no quoting anywhere."""
    return secrets.token_hex(12)
