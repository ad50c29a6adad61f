"""HighLevel: surveys that workflows send."""
