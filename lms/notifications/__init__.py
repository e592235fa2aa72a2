"""Notifications: outbox rows written with the deed, delivered after its commit (in-app, e-mail)."""
