//! JSON in, verdict out: knows the schema and JSON, not the model.
