# SPDX-License-Identifier: ISC
"""The measurements of the client: the same program by hand and with a tunnel under it.

Samples are as those of the servers, with tunnels in their place.
"""

import json
import os
import subprocess
import sys

from comparison import servers, tunnels

HERE = os.path.dirname(os.path.realpath(__file__))
CONNECTS = os.path.join(os.path.dirname(HERE), "connects.py")
MODES = ("client-connect", "client-poll", "client-many", "client-threads", "client-bulk")
MANY = 1000                 # connections at once
STAGE_MS = 50               # that the server takes for each answer, there
SERIAL = ("proxychains4",)  # one connection after the other: some, not a thousand
SERIAL_MANY = 20
THREADS, EACH = 50, 200
RUN_SECONDS = 30            # for one run
NAME = "target.example"


class SlowServer:
    """A SOCKS5 server that takes its time, and to which every name is this host."""

    name = "slowsocks"

    def __init__(self, path, delay_ms):
        self.command = [path, "-d", str(delay_ms)]
        self.process = self.port = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(30)
            self.process = None


class ClientBench:
    """Each measurement goes round the tunnels, again and again."""

    def __init__(self, build, server, found, plan):
        self.server = server
        self.tunnels = found
        self.plan = plan
        self.results = {}
        self.load, self.connect_time, self.slow = (os.path.join(build, *path) for path in (
            ("bench", "load"), ("bench", "connect_time"), ("tests", "lib", "slowsocks")))

    @staticmethod
    def _run(command, environment, seconds=RUN_SECONDS):
        try:
            done = subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=seconds, check=False,
                                  env={**os.environ, **environment})
        except subprocess.TimeoutExpired:
            return {"error": f"not done in {seconds} s"}
        try:
            result = json.loads(done.stdout)
        except ValueError:
            return {"error": done.stderr.decode(errors="replace").strip()[-200:] or
                    f"exit status {done.returncode}"}
        failed = result.pop("errors", 0)
        first = result.pop("error", "")
        return {"error": f"{failed} connections failed {first}".strip()} if failed else result

    def _add(self, what, name, sample):
        self.results.setdefault(what, {}).setdefault(name, []).append(sample)
        text = sample.get("error") or "  ".join(f"{k} {v:.4g}" for k, v in sample.items())
        print(f"{what:18} {name:18} {text}", file=sys.stderr, flush=True)

    def _failed(self, what, name):
        return any("error" in sample for sample in self.results.get(what, {}).get(name, []))

    def _rounds(self, what, server, by_hand, plain, sample):
        """@by_hand and @plain: command lines for a port; @sample: of what they print."""
        server.start()
        try:
            for _ in range(self.plan.rounds):
                self._add(what, tunnels.BY_HAND, sample(self._run(by_hand(server.port), {})))
                for tunnel in self.tunnels:
                    # What hangs or fails once is not waited for again.
                    if tunnel.name != tunnels.OURS and self._failed(what, tunnel.name):
                        continue
                    command = [*tunnel.command(server.port), *plain(server.port, tunnel)]
                    self._add(what, tunnel.name,
                              sample(self._run(command, tunnel.environment(server.port))))
        finally:
            server.stop()

    @staticmethod
    def _set_up(r):
        return r if "error" in r else {"p50": r["setup_us"]["p50"], "p99": r["setup_us"]["p99"]}

    def _connect(self, what, *more):
        count = ["--count", self.plan.round_trips // 10]
        self._rounds(what, self.server,
                     lambda port: [self.connect_time, *count, "--proxy", port],
                     lambda port, tunnel: [self.connect_time, *count, *more], self._set_up)

    def client_connect(self):
        self._connect("client-connect")

    def client_poll(self):
        self._connect("client-poll", "--poll")

    def client_threads(self):
        """Every connection by name, looked up in its thread."""
        what = [self.connect_time, "--threads", THREADS, "--count", EACH, "--name", NAME]
        self._rounds("client-threads", SlowServer(self.slow, 0),
                     lambda port: [*what, "--proxy", port], lambda port, tunnel: what,
                     lambda r: r if "error" in r else
                     {"seconds": r["seconds"], "p50": r["setup_us"]["p50"] / 1e3,
                      "p99": r["setup_us"]["p99"] / 1e3})

    def client_many(self):
        """The target is the server itself: it need only accept."""
        def command(count, port, *more):
            return [sys.executable, CONNECTS, count, NAME, port, *more]

        def count(tunnel):
            return SERIAL_MANY if tunnel.name in SERIAL else MANY
        self._rounds("client-many", SlowServer(self.slow, STAGE_MS),
                     lambda port: command(MANY, port, port),
                     lambda port, tunnel: command(count(tunnel), port),
                     lambda r: r if "error" in r else
                     {"seconds": r["seconds"], "each": r["seconds"] / r["count"] * 1e3,
                      "count": r["count"]})

    def client_bulk(self):
        what = [self.load, "bulk", "--seconds", self.plan.seconds]
        self._rounds("client-bulk", self.server,
                     lambda port: [*what, "--proxy", f"127.0.0.1:{port}"],
                     lambda port, tunnel: [*what, "--direct"],
                     lambda r: r if "error" in r else
                     {"gbit": r["gbit"], "generator": r["generator_ms_per_gb"]})

    def run(self, modes):
        for mode in modes:
            getattr(self, mode.replace("-", "_"))()
        return self.results


def run(build, server, found, plan, modes):
    if not isinstance(server, servers.Server):
        raise servers.ServerError("no socksifyd to measure with")
    return ClientBench(build, server, found, plan).run(modes)
