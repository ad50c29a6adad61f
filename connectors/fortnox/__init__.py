"""Fortnox: the client, the target, and (in a folder of its own) the simulator."""
