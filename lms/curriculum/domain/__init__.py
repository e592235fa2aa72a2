"""Pure rules of the curriculum: the path and its gates, due dates, reading, reminders, enrolling."""
