# SPDX-License-Identifier: ISC
"""The servers: how each is found, configured, started on loopback and ended."""

import ctypes
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import time

from comparison import cpu

START_SECONDS = 15
STOP_SECONDS = 15
USER = "bench"
PASSWORD = "correct-horse"


class ServerError(Exception):
    """A server does not start, or has ended."""


def free_port():
    """A port that nobody has, below those that the system hands out by itself."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise ServerError("no free port between 20000 and 32000")


def crypt_hash(password):
    """A hash of crypt(3) as the system makes them by default (yescrypt on Debian)."""
    lib = ctypes.CDLL("libcrypt.so.1")
    lib.crypt_gensalt.restype = lib.crypt.restype = ctypes.c_char_p
    salt = lib.crypt_gensalt(None, 0, None, 0)
    return lib.crypt(password.encode(), salt).decode()


def adopt_orphans():
    """Makes processes whose parent ends before them ours, so that we can reap them."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def output_of(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def package_version(package):
    """As the system's packages say it, or an empty string."""
    return output_of("dpkg-query", "-W", "-f", "${Version}", package).strip() \
        if shutil.which("dpkg-query") else ""


class Server:
    """One server program. Subclasses say how it is configured."""

    name = ""
    can_authenticate = True
    wants_auth = True           # where a measurement is about it

    def __init__(self, path, directory):
        self.path = path
        self.directory = directory
        self.process = self.account = self.port = self.processors = None
        self.known = set()      # all processes that it has had when it is ended

    def twin(self, name):
        """Another of the same program, which is never asked to authenticate."""
        directory = os.path.join(self.directory, name.replace(" ", "-"))
        os.makedirs(directory, exist_ok=True)
        twin = type(self)(self.path, directory)
        twin.name = name
        twin.wants_auth = False
        return twin

    def version(self):
        return ""

    def command(self, port, auth):
        """Its arguments; writes the configuration it needs into .directory."""
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def start(self, auth=False, processors=None):
        """On @processors alone, if any are given."""
        error = None
        self.processors = processors
        for _ in range(3):
            try:
                self._start_once(free_port(), auth)
                return
            except ServerError as e:
                error = e
                self.stop()
        raise error

    def _enter(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if self.processors is not None:
            os.sched_setaffinity(0, self.processors)
        self.account.enter()

    def _start_once(self, port, auth):
        log = os.path.join(self.directory, f"{self.name}.log")
        self.account = cpu.account(self.name)
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                self.command(port, auth), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=self._enter, cwd=self.directory)
        self.account.started(self.process.pid)
        self.port = port
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(log, encoding="utf-8", errors="replace") as f:
                    raise ServerError(f"{self.name} does not start: {f.read()[-2000:]}")
            time.sleep(0.01)

    def _accepts(self):
        with socket.socket() as s:
            s.settimeout(1)
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def running(self):
        return self.process is not None and self.process.poll() is None

    def _reap(self):
        """Also what the server's own processes have left behind: see adopt_orphans()."""
        self.process.poll()
        for pid in self.known - {self.process.pid}:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass

    def _wait_until_gone(self, seconds):
        deadline = time.monotonic() + seconds
        while True:
            pids = self.account.pids()
            self.known.update(pids)
            self._reap()
            if not pids:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)

    def stop(self):
        """Ends the server, and whatever of it does not end with it."""
        if self.process is None:
            return
        self.known = set(self.account.pids())
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        for signo, seconds in ((None, 1), (signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
            if signo is not None:
                for pid in self.account.pids():
                    try:
                        os.kill(pid, signo)
                    except ProcessLookupError:
                        pass
            if self._wait_until_gone(seconds):
                break
        self.process.wait(5)
        self.account.remove()
        self.process = None

    def load_arguments(self):
        return ["--proxy", f"127.0.0.1:{self.port}"]

    def cpu_us(self):
        return self.account.cpu_us()

    def memory(self):
        return cpu.user_memory(self.account.pids())

    def process_count(self):
        return len(self.account.pids())


class Sockd(Server):
    """The configuration language that Dante and socksifyd share."""

    def config(self, port, method, more=""):
        users = "user.privileged: root\nuser.unprivileged: nobody\n" if os.geteuid() == 0 else ""
        return (f"logoutput: /dev/null\n"
                f"internal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\n"
                f"clientmethod: none\nsocksmethod: {method}\n{users}{more}"
                "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
                "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n")


class Socksifyd(Sockd):
    name = "socksifyd"

    def version(self):
        found = re.search(r"v(\d[\w.]*)", output_of(self.path, "-v"))
        return found.group(1) if found else ""

    def command(self, port, auth):
        more = ""
        if auth:
            users = self.write("socksifyd.users", f"{USER}:{crypt_hash(PASSWORD)}\n")
            os.chmod(users, 0o600)
            more = f"user.passwordfile: {users}\n"
        config = self.config(port, "username" if auth else "none", more)
        return [self.path, "-f", self.write("socksifyd.conf", config)]


class Danted(Sockd):
    name = "danted"
    can_authenticate = False    # it knows the system's accounts only

    def version(self):
        found = re.search(r"v(\d[\w.]*)", output_of(self.path, "-v"))
        return package_version("dante-server") or (found.group(1) if found else "")

    def command(self, port, auth):
        return [self.path, "-f", self.write("danted.conf", self.config(port, "none"))]


class Microsocks(Server):
    name = "microsocks"

    def version(self):
        return package_version("microsocks")

    def command(self, port, auth):
        more = ["-u", USER, "-P", PASSWORD] if auth else []
        return [self.path, "-i", "127.0.0.1", "-p", str(port), *more]


class ThreeProxy(Server):
    name = "3proxy"

    def version(self):
        return package_version("3proxy")

    def command(self, port, auth):
        rule = f"users {USER}:CL:{PASSWORD}\nauth strong\nallow {USER}\n" if auth \
            else "auth none\nallow *\n"
        config = f"log /dev/null\nmaxconn 16000\n{rule}" \
            f"socks -p{port} -i127.0.0.1 -e127.0.0.1\n"
        return [self.path, self.write("3proxy.cfg", config)]


class Hev(Server):
    name = "hev-socks5-server"

    def version(self):
        return package_version("hev-socks5-server")

    def command(self, port, auth):
        users = f"auth:\n  username: {USER}\n  password: {PASSWORD}\n" if auth else ""
        config = f"main:\n  workers: {os.cpu_count()}\n  port: {port}\n" \
            f"  listen-address: '127.0.0.1'\n{users}misc:\n  log-level: error\n"
        return [self.path, self.write("hev.yml", config)]


class Direct:
    """No server at all: what the generator and the kernel can do by themselves."""

    name = "direct"
    wants_auth = False
    processors = None

    def start(self, auth=False, processors=None):
        self.processors = processors

    def stop(self):
        pass

    def running(self):
        return True

    def load_arguments(self):
        return ["--direct"]

    def cpu_us(self):
        return 0


def accounting_is_exact():
    """Whether CPU time is told to the microsecond on this machine, or in ticks."""
    account = cpu.account("probe")
    account.remove()
    return account.exact


PEERS = ((Danted, "danted"), (Microsocks, "microsocks"), (ThreeProxy, "3proxy"),
         (Hev, "hev-socks5-server"))
SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def find(socksifyd, directory, wanted=None):
    """All servers of this machine, socksifyd first; @wanted restricts them by name."""
    search = os.pathsep.join([os.environ.get("PATH", ""), *SBIN])
    found = []
    if socksifyd is not None and os.access(socksifyd, os.X_OK):
        found.append(Socksifyd(os.path.abspath(socksifyd), directory))
    for kind, program in PEERS:
        path = shutil.which(program, path=search)
        if path is not None:
            found.append(kind(path, directory))
    return [s for s in found if wanted is None or s.name in wanted]
