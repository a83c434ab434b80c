"""The house whose pages are opened."""

from tests.api.conftest import house as house
