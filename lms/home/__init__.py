"""Landing pages: what waits for me, since when, until when. Owns no table."""
