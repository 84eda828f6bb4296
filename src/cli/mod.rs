//! The command: what was typed, what runs, what people are told.
