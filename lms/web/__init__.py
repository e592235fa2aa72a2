"""The shared web kit: access, errors, forms, lists, filters, Markdown, layout. Knows no capability."""
