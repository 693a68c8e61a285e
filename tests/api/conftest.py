"""Each test is a request's world of its own, as on a running site."""

from collections.abc import Iterator

import pytest

from accounts.tokens import acting_by


@pytest.fixture(autouse=True)
def nobody_acts_afterwards() -> Iterator[None]:
    """Django's test client runs views in the context of the test, which is that of the tests after it, too."""
    yield
    acting_by.set("")
