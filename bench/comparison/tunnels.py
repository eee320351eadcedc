# SPDX-License-Identifier: ISC
"""The ways for a program to reach a SOCKS server: by itself, or with a tunnel under it."""

import os
import shutil

from comparison import servers

BY_HAND = "by hand"         # the program speaks SOCKS itself
OURS = "socksify"


class Tunnel:
    """What is put before a command line, so that it goes by the server on @port of 127.0.0.1."""

    name = OURS
    package = None

    def __init__(self, path, directory):
        self.path = path
        self.directory = directory

    def version(self):
        found = servers.output_of(self.path, "--version").split()
        return found[1] if len(found) > 1 else ""

    def write(self, text):
        path = os.path.join(self.directory, f"{self.name}.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def command(self, port):
        return [self.path, "-p", f"socks5://127.0.0.1:{port}", "--proxy-loopback", "--"]

    def environment(self, port):    # pylint: disable=unused-argument
        return {}


class Proxychains(Tunnel):
    name = "proxychains4"

    def version(self):
        return servers.package_version("proxychains4")

    def command(self, port):
        return [self.path, "-q", "-f", self.write(
            "strict_chain\nproxy_dns\ntcp_read_time_out 15000\ntcp_connect_time_out 8000\n"
            f"[ProxyList]\nsocks5 127.0.0.1 {port}\n")]


class DanteClient(Tunnel):
    name = "dante-client"

    def version(self):
        return servers.package_version("dante-client")

    def command(self, port):
        return [self.path]

    def environment(self, port):
        config = self.write(
            "resolveprotocol: fake\n"
            f"route {{ from: 0.0.0.0/0 to: 0.0.0.0/0 via: 127.0.0.1 port = {port}\n"
            "proxyprotocol: socks_v5\nmethod: none }\n"
            f"route {{ from: 0.0.0.0/0 to: . via: 127.0.0.1 port = {port}\n"
            "proxyprotocol: socks_v5\nmethod: none }\n")
        return {"SOCKS_AUTOADD_LANROUTES": "no", "SOCKS_BINDLOCALONLY": "yes",
                "SOCKS_CONF": config}


def find(socksify, directory):
    """Ours first, then what is installed."""
    found = []
    if os.access(socksify, os.X_OK):
        found.append(Tunnel(os.path.abspath(socksify), directory))
    for kind, path in ((Proxychains, shutil.which("proxychains4")),
                       (DanteClient, shutil.which("socksify"))):
        if path is not None:
            found.append(kind(path, directory))
    return found
