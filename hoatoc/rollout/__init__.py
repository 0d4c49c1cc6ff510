"""What happens to a directive: planned, issued, and passed over until nothing is owed."""
