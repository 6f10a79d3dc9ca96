"""The cycle collector looks seldom, for what a service makes dies by itself; only what is left over in cycles waits a little longer.

A batch makes tens of thousands of objects that live until its COMMIT. With Python's own thresholds they outlive two young
generations, and every few batches all modules and models are searched again: a third of a consumer's time, as measured.
"""

import gc

YOUNG_OBJECTS = 100_000
GENERATION_STEPS = 20


def collect_seldom() -> None:
    """Set what is loaded by now aside for good, and look for cycles only after many new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, GENERATION_STEPS, GENERATION_STEPS)
