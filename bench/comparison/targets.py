# SPDX-License-Identifier: ISC
"""What socksifyd is held to, as ratios to the peers measured in the same run."""

import statistics

OURS = "socksifyd"
OURS_CLIENT = "socksify"
BY_HAND = "by hand"         # the client's measurements: a program that speaks SOCKS itself
OURS_WITHOUT = "socksifyd, none"    # beside it, in the measurement with authentication
BULKS = [(streams, direction) for streams in (1, 8) for direction in ("upload", "download")]


def samples(data, what, server, field):
    """The values of a field in all runs that did not fail."""
    runs = data["results"].get(what, {}).get(server, [])
    return [run[field] for run in runs if field in run]


def median(data, what, server, field):
    """None when there is nothing of it."""
    values = samples(data, what, server, field)
    return statistics.median(values) if values else None


def peers(data, what):
    return [name for name in data["results"].get(what, {})
            if name not in (OURS, OURS_WITHOUT, "direct")]


def best_peer(data, what, field, better):
    """(name, median) of the peer that is best; @better is min or max. None: no peer."""
    found = [(median(data, what, name, field), name) for name in peers(data, what)]
    found = [pair for pair in found if pair[0] is not None]
    if not found:
        return None
    value, name = better(found)
    return name, value


class Target:
    """One number to hold: .limit is a ratio, or a quantity where .unit says so."""

    def __init__(self, text, limit, at_least, unit, measured, against):
        self.text = text
        self.limit = limit
        self.at_least = at_least
        self.unit = unit
        self.measured = measured    # None: there was nothing to measure
        self.against = against

    @property
    def met(self):
        """To two digits behind the point, as it is printed; None: not measured."""
        if self.measured is None:
            return None
        measured = round(self.measured, 2)
        return measured >= self.limit if self.at_least else measured <= self.limit


def ratio(data, what, field, ours, theirs):
    """Ours over theirs: the median of what the rounds gave one by one.

    Two runs of a round are seconds apart, so that a machine which is now fast and
    now slow spoils the ratio of their round less than that of all medians.
    """
    mine, others = (samples(data, what, name, field) for name in (ours, theirs))
    if not mine or not others or 0 in others:
        return None
    if len(mine) != len(others):
        return statistics.median(mine) / statistics.median(others)
    return statistics.median(a / b for a, b in zip(mine, others))


def _against_best(data, text, what, field, limit, better):
    best = best_peer(data, what, field, better)
    measured = ratio(data, what, field, OURS, best[0]) if best else None
    return Target(text, limit, better is max, "×", measured, best[0] if best else "no peer")


def _against(data, text, what, field, limit, at_least, peer, mine=OURS):
    return Target(text, limit, at_least, "×", ratio(data, what, field, mine, peer), peer)


def _bulk(data, streams, direction):
    what = f"bulk-{streams}-{direction}"
    text = f"{direction}, {streams} stream{'s' if streams > 1 else ''}"
    return [_against(data, f"{text}: throughput", what, "gbit", 1.4, True, "danted"),
            _against(data, f"{text}: server CPU per GB", what, "cpu", 0.45, False, "danted")]


def _idle(data):
    cpu, without = (median(data, "idle", OURS, field) for field in ("cpu", "cpu_without"))
    more = cpu - without if cpu is not None else None
    return [Target("user-space memory of an idle session", 1024, False, " bytes",
                   median(data, "idle", OURS, "memory"), "a fixed number"),
            Target("CPU that idle sessions add, all together", 1.0, False, " ms/s", more,
                   "a fixed number")]


def ours(what):
    """The name of what is ours in the measurement."""
    return OURS_CLIENT if what.startswith("client-") else OURS


def _above(data, what, field):
    """How much more than by hand, a round at a time."""
    pairs = list(zip(samples(data, what, OURS_CLIENT, field), samples(data, what, BY_HAND, field)))
    return statistics.median(a - b for a, b in pairs) if pairs else None


def _client(data):
    return [
        Target("client: blocking connect, more than by hand, median", 60, False, " µs",
               _above(data, "client-connect", "p50"), BY_HAND),
        Target("client: non-blocking connect, more than by hand, median", 60, False, " µs",
               _above(data, "client-poll", "p50"), BY_HAND),
        Target("client: 1000 connections at once, 50 ms a stage", 0.5, False, " s",
               median(data, "client-many", OURS_CLIENT, "seconds"), "a fixed number"),
        _against(data, "client: bulk, 1 stream", "client-bulk", "gbit", 0.95, True, BY_HAND,
                 OURS_CLIENT),
    ]


def check(data):
    """All targets, in the order of the document."""
    auth = ratio(data, "auth", "rate", OURS, OURS_WITHOUT)
    found = [
        _against_best(data, "new connections per second", "connect", "rate", 1.2, max),
        _against_best(data, "server CPU per connection", "connect", "cpu", 0.75, min),
        Target("connections per second with username/password", 0.85, True, "×", auth,
               "its own without"),
    ]
    for streams, direction in BULKS:
        found += _bulk(data, streams, direction)
    for what, where in (("pingpong", ""), ("pingpong-one", ", on one processor")):
        found.append(_against(data, f"64-byte round trip, median{where}", what, "p50", 1.0, False,
                              "microsocks"))
    return found + _idle(data) + _client(data)
