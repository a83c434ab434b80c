"""Which methods a path takes, for whoever tried another."""

import re

from fastapi import Request
from fastapi.routing import RouteContext, iter_route_contexts


def taken(request: Request) -> str:
    """Return the methods of the path that the request most nearly names, as the header `Allow` lists them."""
    routes = [route for route in iter_route_contexts(request.app.routes) if route.methods]
    matching = [route for route in routes if route.path_regex.match(request.url.path)]
    nearest = max(matching, key=_said).path
    return ", ".join(sorted({method for route in matching if route.path == nearest for method in route.methods or ()}))


def _said(route: RouteContext) -> int:
    """Return how much of a path a route spells out."""
    return len(re.sub(r"{[^}]*}", "", route.path or ""))
