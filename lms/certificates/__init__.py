"""Certificates: credentials, their documents, public verification."""
