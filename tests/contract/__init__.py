"""Holds client and simulator to Fortnox's own API description: what was sent and answered while the tests ran."""
