"""What is booked for whom: bookings told upwards by those who know, and the personal calendar feed (.ics)."""
