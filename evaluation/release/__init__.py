"""From candidate to live, or refused: by the gate, or by a person who says so with their name."""
