"""PostgreSQL: the embedded server or yours, the engine, the metadata and the migrations."""
