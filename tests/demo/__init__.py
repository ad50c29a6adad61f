"""Tests of the demo: its pictures, its figures, other senders beside it, and the whole on a terminal."""
