"""The texts people read: one subject and one body per language; a line of a template is a paragraph of the mail."""
