//! Names and codes of administrative divisions (GB/T 2260) by date. A table, not a match.
