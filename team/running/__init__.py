"""Keeps the parts of Roster running on one machine. Imports no Django, so that who watches takes little memory."""
