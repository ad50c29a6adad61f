"""Tests of the SubscriptionFlow source."""
