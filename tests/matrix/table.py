#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""table.py BUILD [PROGRAM...] - the matrix under every socksifier, as docs/compatibility.md

BUILD is the build directory. Each program's test is run once per socksifier, several at a time,
and says of each case what it found; see lib.sh. A program that is not installed is an error: the
table has all of them or is not printed. What a run said is in BUILD/compatibility/*.log.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = TOP / "tests/matrix/programs"
SOCKSIFIERS = ["socksify", "dante", "proxychains", "torsocks"]
TITLES = {"socksify": "socksify", "dante": "Dante's socksify", "proxychains": "proxychains-ng",
          "torsocks": "torsocks"}
FAILURES = ["refused", "unreachable", "timed_out", "dead_proxy"]
# A hang is what has not ended after so many seconds.
SECONDS = 15
VERDICTS = {
    "leak": "goes direct",
    "dns": "asks a name server directly",
    "hang": "hangs",
    "fails": "fails",
    "wrong": "gives the wrong error",
}
MARKS = {"ok": "✓", "leak": "**L**", "dns": "**D**", "hang": "H", "fails": "F", "wrong": "W",
         None: "-"}

HEAD = """\
# Compatibility

<!-- Written by tests/matrix/table.py ("make compatibility"), not by hand. -->

What unmodified programs do under this socksify and under other libraries that are loaded before
libc, all with the same SOCKS5 server, this project's. `tests/matrix/programs` has, for every
program, exactly what was run and what counts as right.

The program runs on a host whose packets reach the proxy and nothing else, where no name can be
resolved. A monitor sees each packet that leaves this host for anywhere else; whatever the program
then says, that is a leak. In each cell stand first the **ways of use** that work, out of those
tried: the right bytes have arrived, and the proxy was asked for the target by its name, where there
is one. Then, in this order, what the program tells its user when the target **refuses** the
connection, is **unreachable**, does **not answer**, and when the **proxy** is not there.

| | |
|---|---|
| ✓ | right: the bytes, or a message or status that names the cause, soon |
| W | an error that names another cause, or none |
| F | fails |
| H | hangs: did not end within {seconds} seconds |
| **D** | leaks a name: a query to a name server |
| **L** | leaks a connection: packets to the target itself |
| - | does not tell these causes apart |

torsocks asks for the addresses of names by Tor's own extension of SOCKS. For it alone, a helper
that answers such questions stands before the server, and names need not reach the server.
"""

TAIL = """
## Known limits of socksify

- UDP goes direct. Programs that ask name servers by themselves are run here with the system's
  resolver: aria2c with --async-dns=false, chromium without AsyncDns.
- Programs that the library cannot be loaded into, statically linked ones, those written in Go and
  set-user-ID ones, are not started.
- What is started after a change of user, by su or setpriv for instance, cannot read the settings
  any more: it is refused, not sent direct.
- `-6` of a program that has libcurl in itself, not as a shared library: a name has an IPv4 address
  where both families are asked for.
"""


def run(job):
    """
    What the test of a program says under a socksifier: {"socksifier": ..., case: verdict}; None
    when it could not say.
    """
    build, program, socksifier = job
    log = build / "compatibility" / f"{program.stem}.{socksifier}.log"
    results = log.with_suffix(".results")
    results.unlink(missing_ok=True)
    environment = dict(os.environ, srcdir=str(TOP), MATRIX_SOCKSIFIER=socksifier,
                       MATRIX_RESULTS=str(results), MATRIX_SECONDS=str(SECONDS))
    with log.open("w") as output:
        done = subprocess.run([str(program)], cwd=build, env=environment,
                              stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    print(f"{program.stem} under {socksifier}: status {done.returncode}", file=sys.stderr)
    if done.returncode != 0:
        print(f"see {log}", file=sys.stderr)
        return None
    return dict(line.split(" ", 1) for line in results.read_text().splitlines())


def row_title(name, text):
    """The file's name and the version; and whose version it is, when it is not that program's."""
    found = re.search(r"\d+\.\d[\w.]*", text)
    if not found:
        return name
    words = re.findall(r"[A-Za-z][\w()]*", text[:found.start()])
    whose = next((word for word in words if word not in ("This", "is", "version", "Version")), "")
    if not whose or name.rstrip("0123456789") in text[:found.start()].lower():
        return f"{name} {found[0]}"
    return f"{name} ({whose} {found[0]})"


def version_number(text):
    return re.search(r" (\d+(\.\d+)*)", text)[1]


def successes(results):
    return {case: verdict for case, verdict in results.items() if case.startswith("success")}


def cell(results):
    ways = successes(results)
    good = sum(verdict == "ok" for verdict in ways.values())
    marks = " ".join(MARKS[results.get(case)] for case in FAILURES)
    worst = [MARKS[verdict] for verdict in VERDICTS if verdict in ways.values()]
    return f"{good}/{len(ways)}{' ' + ''.join(worst) if worst else ''} · {marks}"


def cases(results):
    return {case: verdict for case, verdict in results.items()
            if case in FAILURES or case.startswith("success")}


def case_title(case):
    return case.removeprefix("success_").removeprefix("success").replace("_", " ") or "use"


def table(matrix, titles):
    yield "| | " + " | ".join(titles[s] for s in SOCKSIFIERS) + " |"
    yield "|---" * (len(SOCKSIFIERS) + 1) + "|"
    for name, rows in matrix.items():
        title = row_title(name, rows["socksify"]["program"])
        yield f"| {title} | " + " | ".join(cell(rows[s]) for s in SOCKSIFIERS) + " |"


def totals(matrix, titles):
    yield "| cases | " + " | ".join(titles[s] for s in SOCKSIFIERS) + " |"
    yield "|---" * (len(SOCKSIFIERS) + 1) + "|"
    for verdict, title in {"ok": "right", **VERDICTS}.items():
        counts = [sum(list(cases(rows[s]).values()).count(verdict) for rows in matrix.values())
                  for s in SOCKSIFIERS]
        yield f"| {title} | " + " | ".join(map(str, counts)) + " |"


def faults(matrix, titles):
    """What goes wrong, by socksifier and by kind."""
    for socksifier in SOCKSIFIERS:
        yield f"\n### {titles[socksifier]}\n"
        lines = []
        for verdict, title in VERDICTS.items():
            found = []
            for name, rows in matrix.items():
                wrong = [case_title(case) for case, is_ in cases(rows[socksifier]).items()
                         if is_ == verdict]
                if wrong:
                    found.append(f"{name} ({', '.join(wrong)})")
            if found:
                lines.append(f"- {title}: {'; '.join(found)}")
        yield from lines or ["Nothing."]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    programs = sorted(PROGRAMS / f"{name}.sh" for name in sys.argv[2:]) or \
        sorted(PROGRAMS.glob("*.sh"))
    (build / "compatibility").mkdir(exist_ok=True)
    jobs = [(build, program, socksifier) for program in programs for socksifier in SOCKSIFIERS]
    matrix, failed = {}, False
    with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        for (_, program, socksifier), result in zip(jobs, pool.map(run, jobs)):
            matrix.setdefault(program.stem, {})[socksifier] = result
            failed |= result is None
    for name, rows in matrix.items():
        if not failed and len({tuple(cases(rows[s])) for s in SOCKSIFIERS}) > 1:
            sys.exit(f"{name}: not the same cases under all")
    if failed:
        sys.exit(1)
    first = next(iter(matrix.values()))
    titles = {s: f"{TITLES[s]} {version_number(first[s]['socksifier'])}" for s in SOCKSIFIERS}
    print(HEAD.format(seconds=SECONDS))
    print("\n".join(table(matrix, titles)))
    print("\n## All cases together\n")
    print("\n".join(totals(matrix, titles)))
    print("\n## What goes wrong")
    print("\n".join(faults(matrix, titles)))
    print(TAIL, end="")


if __name__ == "__main__":
    main()
