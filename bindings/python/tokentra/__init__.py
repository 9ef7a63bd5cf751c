"""tokentra: exact cost accounting for LLM usage, in your process.

    import tokentra

    client = tokentra.Client(metadata={"team_id": "growth"})
    result = client.track(provider="openai", model="gpt-4o", input_tokens=1500, output_tokens=500)
    result.total                                  # Decimal('0.00875')
    for row in client.snapshot().by("team_id", "model"):
        print(row["team_id"], row.model, row.events, row.cost)

Money is `decimal.Decimal`, quantities are `int`; an unknown price is None, never 0. Counts are
inclusive: `input_tokens` contains cached input, `output_tokens` contains reasoning. Importing this
package imports nothing else, starts nothing and reads nothing.
"""

from __future__ import annotations

import _thread

from ._ambient import metadata
from ._convention import Check, Finding
from ._core import (
    BatchResult,
    Catalog,
    Client,
    Convention,
    Cost,
    Extraction,
    Ledger,
    Line,
    Part,
    Recorder,
    Row,
    Rows,
    Snapshot,
    Table,
    TrackResult,
    UsageStream,
    __version__,
    extract_usage,
    meter_names,
)
from ._errors import (
    AbortedError,
    AlreadyExistsError,
    CancelledError,
    DataLossError,
    DeadlineExceededError,
    Error,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
)

__all__ = [
    "AbortedError",
    "AlreadyExistsError",
    "BatchResult",
    "CancelledError",
    "Catalog",
    "Check",
    "Client",
    "Convention",
    "Cost",
    "DataLossError",
    "DeadlineExceededError",
    "Error",
    "Extraction",
    "FailedPreconditionError",
    "Finding",
    "InternalError",
    "InvalidArgumentError",
    "Ledger",
    "Line",
    "NotFoundError",
    "OutOfRangeError",
    "Part",
    "PermissionDeniedError",
    "Recorder",
    "ResourceExhaustedError",
    "Row",
    "Rows",
    "Snapshot",
    "Table",
    "TrackResult",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UsageStream",
    "__version__",
    "extract_usage",
    "get_client",
    "metadata",
    "meter_names",
]


_client: Client | None = None
_client_lock = _thread.allocate_lock()


def get_client() -> Client:
    """The process's own client, made with defaults when first asked for. Thread-safe."""
    global _client  # noqa: PLW0603 - a singleton is what this function is for
    if _client is None:
        with _client_lock:
            if _client is None:
                _client = Client()
    return _client
