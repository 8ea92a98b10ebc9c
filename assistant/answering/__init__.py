"""Writing an answer from evidence and checking that it stands on it."""
