"""Notices to people: a signed webhook, or a mail."""
