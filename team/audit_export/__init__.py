"""The audit log as a file, for spreadsheets and for whoever is to prove it."""
