"""What stands around every request: negotiation, names, origins, limits, tokens, errors, the log."""
