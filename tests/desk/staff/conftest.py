"""People for a desk, and tickets for them."""

import pytest

from database.database import Database
from desk.policies import Policies
from desk.staff.staff import Staff


@pytest.fixture
def staff(database: Database) -> Staff:
    """The people of this test's database, none so far, under the shipped policy."""
    return Staff(database.engine, Policies(database.engine))
