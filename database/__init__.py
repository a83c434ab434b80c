"""PostgreSQL: the embedded server or yours, the engine, the metadata and the migrations.

`open_database` is the door. Migrations only go forward, and whoever opens the database brings it to the newest one.
"""
