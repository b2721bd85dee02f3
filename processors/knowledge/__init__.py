"""Pure: what arrives, records and documents, as data in; the chunks that are made of it as data out."""
