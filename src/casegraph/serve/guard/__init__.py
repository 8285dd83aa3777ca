"""What stands before the engine: texts that would call out or bring it down are refused."""
