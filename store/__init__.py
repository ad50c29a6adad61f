"""What the daemon remembers: SQLite tables, rows and transactions; no meanings."""
