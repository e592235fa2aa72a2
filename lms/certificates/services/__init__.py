"""Writing credentials.

``services.rendering`` is imported by its own name, and by the worker's jobs only: it brings WeasyPrint along, a second
of CPU and 28 MB in each process. A web process never renders; its pages say that the documents are being made.
"""

from lms.certificates.services.issuing import issue_credential, retry_rendering

__all__ = ["issue_credential", "retry_rendering"]
