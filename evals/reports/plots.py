"""Small pictures as inline SVG: they scale to a phone, take the page's colours and need no script."""

from collections.abc import Sequence

from markupsafe import Markup

from evals.reports.report import Confusion, written
from evals.scorers.calibration import Bin, Point
from evals.scores import Score

SIDE = 240
EDGE = 34
ROW = 26


def reliability(bins: Sequence[Bin]) -> Markup:
    """Draw what came true against what was stated; on the diagonal a probability means what it says."""
    total = sum(one.n for one in bins)
    dots = [
        _dot(
            one.stated,
            one.true,
            3 + 9 * (one.n / total) ** 0.5,
            f"stated {one.stated:.2f}, came true {one.true:.2f} ({one.n} cases)",
        )
        for one in bins
    ]
    inside = _path([(0, 0), (1, 1)], "guide") + Markup("").join(dots)
    return _square("stated probability", "came true", inside, "Reliability: stated against true probability")


def risk_coverage(points: Sequence[Point]) -> Markup:
    """Draw the error rate among the surest cases, with its upper bound, against the share of cases accepted."""
    line = _path([(point.coverage, point.risk) for point in points], "line")
    bound = _path([(point.coverage, point.bound) for point in points], "guide")
    dots = [
        _dot(
            point.coverage,
            point.risk,
            3,
            f"{point.coverage:.0%} accepted: {point.risk:.1%} wrong, at most {point.bound:.1%}",
        )
        for point in points
    ]
    inside = bound + line + Markup("").join(dots)
    return _square("share accepted", "share wrong", inside, "Risk against coverage, with its upper bound")


def bars(scores: Sequence[Score]) -> Markup:
    """Draw scores as bars with their intervals, one a row, on a scale from zero to the largest bound."""
    top = max((score.high or score.value for score in scores), default=1.0) or 1.0
    scale = 1.0 if all(score.unit in ("share", "score") for score in scores) else top
    rows = Markup("").join(_bar(place, score, scale) for place, score in enumerate(scores))
    return Markup('<svg class="bars" viewBox="0 0 480 {}" role="img" aria-label="{}">{}</svg>').format(
        ROW * len(scores) + 4, "Scores by slice", rows
    )


def confusion(found: Confusion) -> Markup:
    """Draw a table of labels as people gave them (rows) and as the system did (columns)."""
    most = max((count for row in found.counts for count in row), default=1) or 1
    head = Markup("").join(Markup("<th><span>{}</span></th>").format(label) for label in found.labels)
    body = Markup("").join(
        Markup("<tr><th>{}</th>{}</tr>").format(label, Markup("").join(_cell(count, most) for count in row))
        for label, row in zip(found.labels, found.counts, strict=True)
    )
    return Markup('<table class="confusion"><thead><tr><th></th>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, body
    )


def _cell(count: int, most: int) -> Markup:
    return Markup('<td style="--share:{}">{}</td>').format(f"{count / most:.2f}", count or "")


def _bar(place: int, score: Score, scale: float) -> Markup:
    y = place * ROW + 4
    width, low, high = (_along(number, scale) for number in (score.value, score.low, score.high))
    return Markup(
        '<text x="0" y="{}" class="label">{}</text><rect class="bar" x="180" y="{}" width="{}" height="14"/>'
        '<line class="whisker" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="478" y="{}" class="value">{}</text>'
    ).format(
        y + 12, _short(score.slice or score.scorer), y, width - 180, low, high, y + 7, y + 7, y + 12,
        f"{written(score.value, score.unit)} ({score.n})",
    )  # fmt: skip


def _along(number: float | None, scale: float) -> int:
    return 180 + round(200 * min(1.0, max(0.0, (number or 0.0) / scale)))


def _short(text: str) -> str:
    return text if len(text) <= 26 else f"{text[:25]}…"


def _dot(x: float, y: float, radius: float, title: str) -> Markup:
    return Markup('<circle class="mark" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
        _x(x), _y(y), f"{radius:.1f}", title
    )


def _path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    places = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, places)


def _square(across: str, up: str, inside: Markup, label: str) -> Markup:
    ticks = Markup("").join(
        Markup('<text class="tick" x="{}" y="{}">{}</text><text class="tick end" x="{}" y="{}">{}</text>').format(
            _x(share), SIDE - EDGE + 14, f"{share:g}", EDGE - 4, _y(share) + 4, f"{share:g}"
        )
        for share in (0, 0.5, 1)
    )
    return Markup(
        '<svg class="square" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><rect class="frame" x="{2}" y="8" '
        'width="{3}" height="{4}"/>{5}{6}<text class="axis" x="{7}" y="{8}">{9}</text><text class="axis" '
        'transform="translate(10 {10}) rotate(-90)">{11}</text></svg>'
    ).format(
        SIDE, label, EDGE, SIDE - EDGE - 8, SIDE - EDGE - 8, ticks, inside, (SIDE + EDGE) // 2, SIDE - 4,
        across, (SIDE - EDGE) // 2, up,
    )  # fmt: skip


def _x(share: float) -> str:
    return f"{EDGE + share * (SIDE - EDGE - 8):.1f}"


def _y(share: float) -> float:
    return round(8 + (1 - share) * (SIDE - EDGE - 8), 1)
