"""The members as a file for spreadsheets."""
