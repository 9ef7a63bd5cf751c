"""Metadata around a block of code: `tokentra.metadata(...)`.

The context variable holds a chain of tuples (merged texts, the tuple before, owner). Leaving looks
for its own tuple in the chain instead of using tokens, so leaving in another context (a generator
closed by the event loop) or out of order does no harm.
"""

from __future__ import annotations

from ._core import ambient, metadata_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any, TypeVar

    Node = tuple[dict[str, str], "Node | None", "metadata"]
    F = TypeVar("F", bound=Callable[..., Any])


class metadata:
    """Metadata of every event tracked inside a block, a task or a function.

        with tokentra.metadata(user_id="u-7", request_id=request.id):
            client.track(...)

    Works as `with`, `async with` and as a decorator of functions, coroutine functions and
    generator functions; nests, inner values win. An event's own metadata wins over it, it wins
    over the client's. New asyncio tasks inherit it, new threads do not.

    Args:
        mapping: metadata by key, for keys that are no Python names.
        **values: metadata by key: str, bool, numbers, or what has a text; None is absent.

    Raises:
        InvalidArgumentError: a value without a text (a list, a dict, bytes).
    """

    __slots__ = ("_texts",)

    def __init__(self, mapping: Mapping[str, object] | None = None, /, **values: object) -> None:
        self._texts: dict[str, str] = metadata_texts(mapping)
        self._texts.update(metadata_texts(values))

    def __enter__(self) -> metadata:
        around: Node | None = ambient.get(None)
        texts = self._texts if around is None else {**around[0], **self._texts}
        ambient.set((texts, around, self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        ambient.set(_without(ambient.get(None), self))

    async def __aenter__(self) -> metadata:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.__exit__()

    def __call__(self, function: F) -> F:
        from ._decorate import decorate  # noqa: PLC0415 - needs inspect, which is slow to import

        return decorate(function, self)


def _without(node: Node | None, owner: metadata) -> Node | None:
    """The chain without the innermost tuple of `owner`; the chain itself when there is none."""
    above = []
    at = node
    while at is not None and at[2] is not owner:
        above.append(at)
        at = at[1]
    if at is None:
        return node
    rest = at[1]
    for _, _, other in reversed(above):
        texts = other._texts if rest is None else {**rest[0], **other._texts}
        rest = (texts, rest, other)
    return rest
