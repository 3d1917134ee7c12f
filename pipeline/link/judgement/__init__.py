"""What people decided: read, in force, and held against the rows."""
