"""Demo: an invented company of about 60 people in every state of the journey, made through the services."""
