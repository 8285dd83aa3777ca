"""Hands cases over in the formats of other tools: one module a format, each with what it leaves behind."""
