"""How many examples the property tests of bookkeeping try: some in every run, many by `make properties`."""

import os

EXAMPLES = 300


def examples() -> int:
    """The number of examples, as the environment says, else what one run of all tests has time for."""
    return int(os.environ.get("PROPERTY_EXAMPLES", str(EXAMPLES)))
