"""What is booked for whom: bookings told upwards by those who know, the personal calendar feed (.ics), and shifts."""
