"""Where the samples are that all tests read."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def housing() -> Path:
    """The housing notice of 2023 as PDF: seven annexes, one sum that does not add up."""
    return SAMPLES / "housing-2023" / "notice.pdf"


@pytest.fixture
def aid() -> Path:
    """The aid notice of 2021 as PDF."""
    return SAMPLES / "aid-2021" / "notice.pdf"
