"""`@tokentra.metadata(...)` on functions of every kind."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._ambient import metadata

F = TypeVar("F", bound="Callable[..., Any]")


def decorate(function: F, around: metadata) -> F:
    """The function with `around` set whenever its own code runs, and only then."""
    if inspect.isasyncgenfunction(function):
        return cast(F, _async_generator(function, around))
    if inspect.isgeneratorfunction(function):
        return cast(F, _generator(function, around))
    if inspect.iscoroutinefunction(function):
        return cast(F, _coroutine(function, around))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with around:
            return function(*args, **kwargs)

    return cast(F, call)


def _coroutine(function: Any, around: metadata) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        with around:
            return await function(*args, **kwargs)

    return call


def _generator(function: Any, around: metadata) -> Any:
    # A generator runs in its caller's context: between two steps the caller must not see `around`.
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        step, value = generator.send, None
        try:
            while True:
                with around:
                    try:
                        item = step(value)
                    except StopIteration as stop:
                        return stop.value
                try:
                    step, value = generator.send, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, value = generator.throw, error
        finally:
            with around:
                generator.close()

    return call


def _async_generator(function: Any, around: metadata) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        step, value = generator.asend, None
        try:
            while True:
                with around:
                    try:
                        item = await step(value)
                    except StopAsyncIteration:
                        return
                try:
                    step, value = generator.asend, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, value = generator.athrow, error
        finally:
            with around:
                await generator.aclose()

    return call
