"""What a company maps by itself: from an event's values to fields of any Fortnox resource, as it configures."""
