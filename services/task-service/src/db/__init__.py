"""PostgreSQL through PgBouncer: sessions, tables, queries."""
