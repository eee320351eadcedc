# SPDX-License-Identifier: ISC
"""Samples as text: the tables on the terminal, docs/performance.md and its plots."""

import os
import re
import statistics
import textwrap

from comparison import client, plot, targets

NOTES = ("<!-- notes: what stands from here to the next mark is written by hand, and kept -->",
         "<!-- end of notes -->")
LABELS = {"direct": "no proxy"}


def quantity(value):
    """Three digits that mean something."""
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Column:
    """A field of the samples, its heading, and which way is better (min, max or None)."""

    def __init__(self, field, heading, better=None):
        self.field = field
        self.heading = heading
        self.better = better


SET_UP = (Column("rate", "connections/s", max), Column("cpu", "server CPU, µs each", min),
          Column("p50", "set-up p50, ms"), Column("p99", "p99, ms"),
          Column("generator", "generator CPU, µs each"))
BULK = (Column("gbit", "Gbit/s", max), Column("cpu", "server CPU, ms/GB", min),
        Column("generator", "generator CPU, ms/GB"))
ROUND_TRIP = (Column("p50", "median, µs", min), Column("p99", "p99, µs", min),
              Column("cpu", "server CPU, µs each", min))
CLIENT_SET_UP = (Column("p50", "median, µs", min), Column("p99", "p99, µs"))
SECTIONS = (
    ("New connections, {parallel} parallel", "connect", SET_UP),
    ("New connections with username/password, {parallel} parallel", "auth", SET_UP),
    ("Bulk, 1 stream, upload", "bulk-1-upload", BULK),
    ("Bulk, 1 stream, download", "bulk-1-download", BULK),
    ("Bulk, 8 streams, upload", "bulk-8-upload", BULK),
    ("Bulk, 8 streams, download", "bulk-8-download", BULK),
    ("Round trip of 64 bytes, one connection", "pingpong", ROUND_TRIP),
    ("Round trip of 64 bytes, everything on one processor", "pingpong-one", ROUND_TRIP),
    ("{sessions} idle sessions", "idle",
     (Column("memory", "bytes of memory each", min), Column("cpu", "CPU, ms/s", min),
      Column("cpu_without", "CPU without them, ms/s"), Column("processes", "processes"))),
    ("Client: one blocking connect after the other", "client-connect", CLIENT_SET_UP),
    ("Client: non-blocking, waiting in poll(2)", "client-poll", CLIENT_SET_UP),
    ("Client: {many} connections at once by asyncio, the server taking {stage} ms a stage",
     "client-many", (Column("seconds", "seconds in all", min), Column("count", "connections"),
                     Column("each", "ms each"))),
    ("Client: {threads} threads, {each} connections each, by name", "client-threads",
     (Column("seconds", "seconds in all", min), Column("p50", "set-up p50, ms"),
      Column("p99", "p99, ms"))),
    ("Client: bulk, 1 stream, upload", "client-bulk",
     (Column("gbit", "Gbit/s", max), Column("generator", "client CPU, ms/GB", min))),
)


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _cell(data, what, server, column):
    values = targets.samples(data, what, server, column.field)
    if not values:
        return "–"
    text = quantity(statistics.median(values))
    if len(values) > 1:
        text += f" ({quantity(min(values))}–{quantity(max(values))})"
    if column.better and server not in (targets.ours(what), "direct"):
        ratio = targets.ratio(data, what, column.field, targets.ours(what), server)
        text += f" · {ratio:.2f}×" if ratio is not None else ""
    return text


def _failed(data, what, server):
    runs = data["results"][what][server]
    count = sum(1 for run in runs if "error" in run)
    return f" ({count} of {len(runs)} runs failed)" if count else ""


def _section(data, heading, what, columns):
    by_server = data["results"].get(what)
    if not by_server:
        return ""
    rows = [[LABELS.get(name, name) + _failed(data, what, name)] +
            [_cell(data, what, name, c) for c in columns] for name in by_server]
    title = heading.format(parallel=64, sessions=data["plan"]["sessions"], many=client.MANY,
                           stage=client.STAGE_MS, threads=client.THREADS, each=client.EACH)
    return f"### {title}\n\n" + _table(["", *(c.heading for c in columns)], rows) + "\n"


def tables(data):
    return "\n".join(filter(None, (_section(data, *section) for section in SECTIONS)))


def _verdict(target):
    if target.met is None:
        return "not measured"
    return "met" if target.met else "**short**"


def verdicts(checked):
    def number(value, unit):
        if value is None:
            return "–"
        return (f"{value:.2f}" if unit == "×" else quantity(value)) + unit
    rows = [[t.text, f"{'≥' if t.at_least else '≤'} {quantity(t.limit)}{t.unit}",
             number(t.measured, t.unit), t.against, _verdict(t)] for t in checked]
    return _table(["what", "goal", "measured", "against", ""], rows)


def _bars(data, what, field):
    bars = []
    for name in data["results"].get(what, {}):
        values = targets.samples(data, what, name, field)
        if values and not (name == "direct" and field == "cpu"):
            bars.append(plot.Bar(LABELS.get(name, name), statistics.median(values),
                                 min(values), max(values)))
    return bars


def _bulk_groups(data, field):
    return [(f"{direction}, {streams} stream{'s' if streams > 1 else ''}",
             _bars(data, f"bulk-{streams}-{direction}", field))
            for streams, direction in targets.BULKS]


def plots(data):
    """(file name, what it shows, SVG text) of each."""
    charts = (
        ("performance-connect.svg", "New connections", [
            plot.Panel("New connections per second (more is better)",
                       [("", _bars(data, "connect", "rate")),
                        ("with username/password", _bars(data, "auth", "rate"))], quantity),
            plot.Panel("Server CPU per connection, µs (less is better)",
                       [("", _bars(data, "connect", "cpu")),
                        ("with username/password", _bars(data, "auth", "cpu"))], quantity)]),
        ("performance-bulk.svg", "Bulk transfer", [
            plot.Panel("Throughput, Gbit/s (more is better)", _bulk_groups(data, "gbit"),
                       quantity),
            plot.Panel("Server CPU per GB, ms (less is better)", _bulk_groups(data, "cpu"),
                       quantity)]),
        ("performance-latency.svg", "Round trip of 64 bytes", [
            plot.Panel("Round trip of 64 bytes, median, µs (less is better)",
                       [("", _bars(data, "pingpong", "p50")),
                        ("everything on one processor", _bars(data, "pingpong-one", "p50"))],
                       quantity)]),
        ("performance-idle.svg", "Idle sessions", [
            plot.Panel("User-space memory of an idle session, bytes (less is better)",
                       [("", _bars(data, "idle", "memory"))], quantity),
            plot.Panel("Server CPU with all of them idle, ms per second (less is better)",
                       [("", _bars(data, "idle", "cpu"))], quantity)]),
    )
    return [(name, title, plot.chart(title, panels)) for name, title, panels in charts
            if any(p.groups for p in panels)]


HOW = """## How it is measured

`bench/load` plays both ends, the client and the target behind the proxy, over 127.0.0.1 and on
the same processors as the server. It has a SOCKS5 client of its own, which sends one message at a
time and reads its answer before the next, as programs do.

- **Every server on its own terms.** Each is started by `bench/compare` with the least
  configuration that lets loopback through, logging nothing. All servers of a measurement are up
  at once and one of them has work at a time, by turns (A B C A B C …), {rounds} rounds after a
  warm-up. A number is the median of its rounds, with the least and the greatest in parentheses;
  `0.80×` behind a peer's number says that socksifyd has 0.80 times as much: the median of the
  ratios of the rounds, each of which compares runs that are seconds apart.
- **Server CPU** is user and system time of *all* processes of a server, also of those that ended
  meanwhile: {accounting}. What the kernel does
  in a server's name on loopback, such as delivering its packets, is in it.
- **New connections**: {parallel} sessions are being set up at any time, for {seconds:g} s. When
  the proxy has said that the target is reached, the client resets; when the proxy then closes the
  target's end, that is reset too. So no port is left in TIME_WAIT, and the next run finds the
  machine as this one did. Set-up time is from `connect` to the proxy's answer, {parallel} deep in
  a queue. A session counts only if the target has seen it.
- **Username/password**: RFC 1929. socksifyd reads a file with a yescrypt hash, and remembers a
  success for a short time; it runs a second time without, by turns with the first. microsocks
  compares with a word on its command line. danted checks the system's accounts only, and is not
  measured.
- **Bulk**: 256 KiB buffers for {seconds:g} s in one direction; the receiver discards inside the
  kernel (`MSG_TRUNC`). Time runs to the last byte's arrival, and as many bytes must arrive as
  were sent.
- **Round trip**: {round_trips:,} messages of 64 bytes, one at a time, with TCP_NODELAY at both
  ends. Once free to use all processors, and once with client, server and target on one: between
  processors, what waking the other one takes varies from run to run, and most of all in a virtual
  machine.
- **Idle**: {sessions} sessions have exchanged one message of 64 bytes each way and say nothing
  more. Memory is anonymous, shared and swapped memory of all processes (`Pss_Anon`, `Pss_Shmem`
  and `SwapPss` of `smaps_rollup`), less what the server had after a hundred sessions had come and
  gone; what the kernel keeps for sockets is not in it. CPU is over {idle_seconds:g} s.
- **Client**: the same program and the same socksifyd, by turns: with a SOCKS5 client written into
  the program (**by hand**), and with a tunnel under it that it does not know of. `bench/connect_time`
  connects with blocking sockets, or waits in poll(2), {round_trips_tenth:,} times; `bench/connects.py`
  opens {many} connections at once from one event loop, through a server that takes {stage} ms for
  each answer (two answers: the least possible is {least} ms). A tunnel that makes one connection after the
  other is given only {serial_many} of them. Ratios are socksify's value over the other's.
- **no proxy** is the generator with itself: what this machine can do at most.
"""


def _reflow(text):
    """Paragraphs and list items, in lines of a hundred columns."""
    out = []
    for block in re.split(r"\n(?=\n|- )", text.rstrip("\n")):
        blank, block = ("\n", block[1:]) if block.startswith("\n") else ("", block)
        indent = "  " if block.startswith("- ") else ""
        out.append(blank + textwrap.fill(" ".join(block.split()), 100, subsequent_indent=indent,
                                         break_long_words=False, break_on_hyphens=False))
    return "\n".join(out) + "\n"


def _tunnels(data):
    named = [f"{name} {version}".strip() for name, version in data.get("tunnels", {}).items()]
    return f"Under the client's programs: {', '.join(named)}.\n" if named else ""


def _environment(data):
    m = data["machine"]
    versions = ", ".join(f"{name} {version}".strip() for name, version in data["servers"].items())
    return (f"{m['processor']}, {m['cores']} cores, {m['memory_gb']} GB; {m['system']}, "
            f"Linux {m['kernel']}. Load average at the start: {m['load_average']}.\n\n"
            f"Servers: {versions}.\n{_tunnels(data)}")


def _notes(path):
    """What a person wrote between the marks of the file that is replaced."""
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        return text[text.index(NOTES[0]) + len(NOTES[0]):text.index(NOTES[1])].strip("\n")
    except (FileNotFoundError, ValueError):
        return ""


def document(data, notes):
    accounting = "each server has a control group of its own, which counts them to the " \
        "microsecond" if data["exact"] else "the sum over the processes of its session, in ticks"
    parts = [
        "# Performance\n",
        "socksifyd beside the SOCKS servers that one machine had, all measured in one run. The "
        "numbers are\nthat machine's; the ratios are what travels. This file and its plots are "
        "written by\n\n    make bench\n\nor, in the source tree, by `bench/compare`; "
        "`bench/compare --help` tells how to measure a part.\n",
        "## Goals\n", verdicts(targets.check(data)) + "\n",
        NOTES[0], notes, NOTES[1] + "\n",
        "## Measured\n", _environment(data)]
    parts += [f"![{title}]({name})\n" for name, title, _ in plots(data)]
    parts += [tables(data),
              _reflow(HOW.format(accounting=accounting, parallel=64, many=client.MANY,
                                stage=client.STAGE_MS, least=2 * client.STAGE_MS,
                                serial_many=client.SERIAL_MANY,
                                round_trips_tenth=data["plan"]["round_trips"] // 10,
                                **data["plan"]))]
    return "\n".join(parts)


def write(directory, data):
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "performance.md")
    text = document(data, _notes(path))
    for name, _, svg in plots(data):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as f:
            f.write(svg)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
