"""The plan as a document: types, check, content hash, check of values."""
