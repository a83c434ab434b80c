"""Templates and static files; rendered by `api`."""
