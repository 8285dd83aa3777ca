"""What a curator does to case documents: begin one, bring it into one style, see what changed."""
