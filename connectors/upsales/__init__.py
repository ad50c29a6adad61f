"""Upsales: orders and companies, by app callbacks and by its REST API."""
