"""The process: it runs what connectors, store and handlers offer."""
