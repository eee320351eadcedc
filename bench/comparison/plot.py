# SPDX-License-Identifier: ISC
"""Bar charts as SVG, light or dark as the reader's screen is.

A chart is a list of panels, a panel a list of groups of bars; a bar is the median
of some runs, with a line from the least to the greatest.
"""

from xml.sax.saxutils import escape

WIDTH = 760
LABEL = 150         # room for the names on the left
VALUE = 110         # and for the numbers on the right
BAR = 16
GAP = 5
GROUP_GAP = 12
COLOURS = {
    "socksifyd": "#2f6fde",
    "socksifyd, none": "#8fb3f0",
    "danted": "#b07c3c",
    "microsocks": "#4f9a68",
    "3proxy": "#9268b0",
    "hev-socks5-server": "#c25b5b",
    "no proxy": "#9aa0a6",
}
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px }
.group { font-style: italic }
.range { stroke: #24292f; stroke-opacity: .55 }
.axis { stroke: #24292f; stroke-opacity: .35 }
@media (prefers-color-scheme: dark) {
 text { fill: #d8dee4 }
 .range, .axis { stroke: #d8dee4 }
}"""


class Bar:
    def __init__(self, name, median, least, greatest):
        self.name = name
        self.median = median
        self.least = least
        self.greatest = greatest


class Panel:
    """@groups: (label or "", [Bar, …]) each; @form makes the text beside a bar."""

    def __init__(self, title, groups, form):
        self.title = title
        self.groups = [(label, bars) for label, bars in groups if bars]
        self.form = form

    def height(self):
        rows = sum(len(bars) for _, bars in self.groups)
        labels = sum(1 for label, _ in self.groups if label)
        return 30 + (rows + labels) * (BAR + GAP) + len(self.groups) * GROUP_GAP

    def greatest(self):
        return max((bar.greatest for _, bars in self.groups for bar in bars), default=0) or 1


def _text(x, y, text, cls="", anchor="start"):
    named = f' class="{cls}"' if cls else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


def _bar(bar, y, scale, form):
    middle = y + BAR / 2
    least, greatest = LABEL + bar.least * scale, LABEL + bar.greatest * scale
    width = max(bar.median * scale, 1)
    out = [_text(LABEL - 8, y + BAR - 4, bar.name, anchor="end"),
           f'<rect x="{LABEL}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" rx="2" '
           f'fill="{COLOURS.get(bar.name, "#777777")}"/>']
    if greatest - least >= 1:
        out.append(f'<path class="range" d="M{least:.1f} {middle:.1f}H{greatest:.1f}'
                   f'M{least:.1f} {middle - 4:.1f}v8M{greatest:.1f} {middle - 4:.1f}v8"/>')
    out.append(_text(max(greatest, LABEL + width) + 6, y + BAR - 4, form(bar.median)))
    return out


def _panel(panel, y):
    scale = (WIDTH - LABEL - VALUE) / panel.greatest()
    out = [_text(8, y + 18, panel.title, "title")]
    y += 30
    for label, bars in panel.groups:
        if label:
            out.append(_text(LABEL, y + BAR - 4, label, "group"))
            y += BAR + GAP
        out.append(f'<path class="axis" d="M{LABEL} {y - 3:.1f}V'
                   f'{y + len(bars) * (BAR + GAP):.1f}"/>')
        for bar in bars:
            out += _bar(bar, y, scale, panel.form)
            y += BAR + GAP
        y += GROUP_GAP
    return out


def chart(title, panels):
    """The whole file, as text."""
    body, y = [], 0
    for panel in panels:
        body += _panel(panel, y)
        y += panel.height() + 6
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
        f'height="{y}" role="img">',
        f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *body, "</svg>", ""])
