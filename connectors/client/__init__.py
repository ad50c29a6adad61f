"""Clients of our own HTTP endpoints: what they send, as events."""
