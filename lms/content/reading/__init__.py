"""Authors' files -> values and issues. What is wrong with a file is an Issue; nothing here raises for it."""
