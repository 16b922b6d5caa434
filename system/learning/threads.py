"""One thread for small products: a second one costs more than it brings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import lru_cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """While it is entered, BLAS computes in the calling thread alone, in the whole process.

    BLAS threads wait for each other by spinning: on two busy cores a step of LeNet-5 took 0.11 s of
    CPU with two threads and 0.026 s with one.
    """
    limiter: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limiter


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    # Looking for the loaded libraries takes a millisecond; numpy's is there once numpy is imported.
    return ThreadpoolController()
