"""Pages about one person of an organization."""
