"""How a process of OpenMill keeps house: what the boot made is never garbage, and a large posting is no litter."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 20_000


@contextmanager
def growing() -> Iterator[None]:
    """Keep the collector away while a boot makes what stays: it took a fifth of the time and found nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_threshold()[0] != YOUNG:  # not settled; asked for its frozen objects, the collector counts them all
            # Straight among the old: what stays need not be walked while it counts as young.
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


def settle() -> None:
    """Spare the collector what the boot made, and have it look less often; once per process, before it forks.

    A thousand lines are a hundred thousand objects that live to the end of their unit. At its usual pace the collector
    walked them, and every module, again and again: a third of the time of an import.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
