# SPDX-License-Identifier: ISC
"""The measurements. Every one goes round the servers, again and again: A B C A B C.

A sample is what one run of the generator against one server gave, as a dictionary
of numbers; or of "error" alone when the run failed.
"""

import json
import os
import subprocess
import sys
import time

from comparison import servers, targets

PARALLEL = 64
MODES = ("connect", "auth", "bulk", "pingpong", "idle")


class Plan:
    """How much is measured."""

    def __init__(self, rounds, seconds, sessions, round_trips, idle_seconds):
        self.rounds = rounds
        self.seconds = seconds
        self.sessions = sessions
        self.round_trips = round_trips
        self.idle_seconds = idle_seconds


FULL = Plan(rounds=7, seconds=3.0, sessions=4000, round_trips=20000, idle_seconds=5.0)
QUICK = Plan(rounds=1, seconds=0.5, sessions=200, round_trips=500, idle_seconds=0.5)


def credentials(auth):
    return ["--user", servers.USER, "--password", servers.PASSWORD] if auth else []


class Bench:
    """Runs the generator, for the servers that are to be held side by side."""

    def __init__(self, load, found, plan):
        self.load = load
        self.servers = found
        self.plan = plan
        self.results = {}

    def _run(self, server, mode, *arguments, seconds):
        """One run: what it printed, with the server's CPU time as "cpu_us"."""
        command = [self.load, mode, *server.load_arguments(), *map(str, arguments)]
        before = server.cpu_us()
        where = server.processors and (lambda: os.sched_setaffinity(0, server.processors))
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=seconds + 60, check=False, preexec_fn=where)
        except subprocess.TimeoutExpired:
            return {"error": "the generator did not end"}
        if done.returncode != 0:
            return {"error": done.stderr.decode(errors="replace").strip()}
        result = json.loads(done.stdout)
        result["cpu_us"] = server.cpu_us() - before
        if result.get("errors", 0) > 0:
            return {"error": f"{result['errors']} sessions failed: {result['error']}"}
        if result.get("accepted", 0) < result.get("connections", 0):
            return {"error": f"{result['connections']} sessions, but {result['accepted']} "
                             "connections to the target"}
        result.pop("error", None)
        return result

    def _add(self, what, server, sample):
        self.results.setdefault(what, {}).setdefault(server.name, []).append(sample)
        text = sample.get("error") or "  ".join(f"{k} {v:.4g}" for k, v in sample.items())
        print(f"{what:18} {server.name:18} {text}", file=sys.stderr, flush=True)

    def _interleave(self, what, found, run, auth=False, processors=None):
        """Each of @found by turns; all of them are up all the time, and only one has work."""
        try:
            for server in found:
                server.start(auth and server.wants_auth, processors)
                if server.name != "direct":
                    self._run(server, "connect", "--count", 2000, "--parallel", PARALLEL,
                              *credentials(auth and server.wants_auth), seconds=30)
            for _ in range(self.plan.rounds):
                for server in found:
                    if not server.running():
                        server.stop()
                        server.start(auth and server.wants_auth, processors)
                    self._add(what, server, run(server))
        finally:
            for server in found:
                server.stop()

    def _connect(self, server, auth):
        r = self._run(server, "connect", "--seconds", self.plan.seconds, "--parallel", PARALLEL,
                      *credentials(auth), seconds=self.plan.seconds)
        if "error" in r:
            return r
        return {"rate": r["rate"], "cpu": r["cpu_us"] / max(r["connections"], 1),
                "p50": r["setup_us"]["p50"] / 1e3, "p99": r["setup_us"]["p99"] / 1e3,
                "generator": r["generator_us"]}

    def connect(self):
        self._interleave("connect", self.servers, lambda s: self._connect(s, False))

    def auth(self):
        """socksifyd runs twice, as it is held to itself without authentication."""
        found = [s for s in self.servers if s.can_authenticate]
        found += [s.twin(targets.OURS_WITHOUT) for s in found if s.name == targets.OURS]
        self._interleave("auth", found, lambda s: self._connect(s, s.wants_auth), auth=True)

    def _bulk(self, server, streams, direction):
        more = ["--download"] if direction == "download" else []
        r = self._run(server, "bulk", "--seconds", self.plan.seconds, "--streams", streams, *more,
                      seconds=self.plan.seconds)
        if "error" in r:
            return r
        return {"gbit": r["gbit"], "cpu": r["cpu_us"] / 1e3 / (r["bytes"] / 1e9),
                "generator": r["generator_ms_per_gb"]}

    def bulk(self):
        found = [*self.servers, servers.Direct()]
        for streams in (1, 8):
            for direction in ("upload", "download"):
                self._interleave(f"bulk-{streams}-{direction}", found,
                                 lambda s, n=streams, d=direction: self._bulk(s, n, d))

    def _pingpong(self, server):
        r = self._run(server, "pingpong", "--count", self.plan.round_trips, "--size", 64,
                      "--seconds", 60, seconds=60)
        if "error" in r:
            return r
        times = r["round_trip_us"]
        return {"p50": times["p50"], "p99": times["p99"],
                "cpu": r["cpu_us"] / (r["round_trips"] + r["warm_up"])}

    def pingpong(self):
        """Also with everything on one processor: how long waking another takes is its own tale."""
        found = [*self.servers, servers.Direct()]
        one = {min(os.sched_getaffinity(0))}
        self._interleave("pingpong", found, self._pingpong)
        self._interleave("pingpong-one", found, self._pingpong, processors=one)

    @staticmethod
    def _settle(server):
        """What was begun, such as another process, is over when a second was quiet."""
        deadline = time.monotonic() + 10
        quiet = 0
        while quiet < 2 and time.monotonic() < deadline:
            before = server.cpu_us()
            time.sleep(0.5)
            quiet = quiet + 1 if server.cpu_us() - before < 1000 else 0

    def _idle_cpu(self, server):
        """Milliseconds of CPU time a second, of a server that nobody talks to."""
        self._settle(server)
        before, start = server.cpu_us(), time.monotonic()
        time.sleep(self.plan.idle_seconds)
        return (server.cpu_us() - before) / 1e3 / (time.monotonic() - start)

    def _hold(self, server):
        """With sessions held: a sample, without what the server has without them."""
        command = [self.load, "idle", *server.load_arguments(), "--count",
                   str(self.plan.sessions), "--parallel", str(PARALLEL), "--size", "64"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as load:
            line = load.stdout.readline()
            if not line:
                return {"error": load.stderr.read().decode(errors="replace").strip()}
            ready = json.loads(line)
            sample = {"ready": ready["ready"], "cpu": self._idle_cpu(server),
                      "memory": server.memory(), "processes": server.process_count()}
            load.stdin.close()
            load.stdin = None
            held = json.loads(load.stdout.readline())["held"]
        if held < self.plan.sessions:
            return {"error": f"{held} of {self.plan.sessions} sessions held "
                             f"({ready['errors']} failed: {ready['error']})"}
        return sample

    def _idle(self, server):
        """Afresh each time: what a server has once needed it may keep."""
        try:
            server.start()
            self._run(server, "connect", "--count", 2 * PARALLEL, "--parallel", PARALLEL,
                      seconds=30)
            without = server.memory()
            cpu_without = self._idle_cpu(server)
            sample = self._hold(server)
        finally:
            server.stop()
        if "error" in sample:
            return sample
        return {"memory": (sample["memory"] - without) / self.plan.sessions,
                "cpu": sample["cpu"], "cpu_without": cpu_without,
                "processes": sample["processes"]}

    def idle(self):
        for _ in range(min(self.plan.rounds, 3)):
            for server in self.servers:
                self._add("idle", server, self._idle(server))

    def run(self, modes):
        for mode in modes:
            getattr(self, mode)()
        return self.results
