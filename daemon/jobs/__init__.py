"""Long and periodic operations, one file each."""
