"""What is changed in an archive after the fact: damage repaired, a story erased; in new segments, beside the old."""
