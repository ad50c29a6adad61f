"""SubscriptionFlow: callbacks that are only hints, and the invoices that are read and polled through its API."""
