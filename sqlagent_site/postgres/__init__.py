"""PostgreSQL as Django has it, with connections that a web process keeps from one request to the next."""
