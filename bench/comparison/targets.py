# SPDX-License-Identifier: ISC
"""What socksifyd is held to, as ratios to the peers measured in the same run."""

import statistics

OURS = "socksifyd"
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
        if self.measured is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def _ratio(ours, theirs):
    return ours / theirs if ours is not None and theirs else None


def _against_best(data, text, what, field, limit, better):
    best = best_peer(data, what, field, better)
    ours = median(data, what, OURS, field)
    return Target(text, limit, better is max, "×", _ratio(ours, best[1] if best else None),
                  best[0] if best else "no peer")


def _against(data, text, what, field, limit, at_least, peer):
    return Target(text, limit, at_least, "×",
                  _ratio(median(data, what, OURS, field), median(data, what, peer, field)), peer)


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


def check(data):
    """All targets, in the order of the document."""
    auth = _ratio(median(data, "auth", OURS, "rate"),
                  median(data, "auth", OURS_WITHOUT, "rate"))
    found = [
        _against_best(data, "new connections per second", "connect", "rate", 1.2, max),
        _against_best(data, "server CPU per connection", "connect", "cpu", 0.75, min),
        Target("connections per second with username/password", 0.85, True, "×", auth,
               "its own without"),
    ]
    for streams, direction in BULKS:
        found += _bulk(data, streams, direction)
    found.append(_against(data, "64-byte round trip, median", "pingpong", "p50", 1.0, False,
                          "microsocks"))
    return found + _idle(data)
