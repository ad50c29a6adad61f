"""Promises of the whole: signed webhook in, simulated Fortnox out, judged from what stands there."""
