"""Templates and static files; rendered by `api`.

Pages are plain: no build step, nothing from another host, no inline script or style, so the strictest policy holds.
"""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
