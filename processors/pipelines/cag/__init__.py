"""The stages of `cag_pipeline`, a module for each task: documents in, a new version out."""
