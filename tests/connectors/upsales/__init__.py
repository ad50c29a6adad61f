"""Tests of the connector to Upsales."""
