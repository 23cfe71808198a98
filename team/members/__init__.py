"""The members table: which people a page of it shows, and how each of them looks."""
