"""Senders that sign by Standard Webhooks and send our own documented shape."""
