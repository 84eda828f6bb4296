//! A reading in, bytes out. `record` is the only serialisable mirror of the model.
