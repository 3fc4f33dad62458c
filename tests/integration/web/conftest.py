"""One eBox on embedded parts for each module of tests, and browsers without a screen."""

from tests.integration.api.conftest import ebox

__all__ = ["ebox"]
