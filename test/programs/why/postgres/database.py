"""A connection to the tests' PostgreSQL by the driver that the command line names: DRIVER HOST PORT USER DATABASE. HOST may be a directory of sockets."""
import sys

driver, host, port, user, name = sys.argv[1:6]


def connect():
    if driver == "psycopg2":
        import psycopg2

        return psycopg2.connect(host=host, port=port, user=user, dbname=name)
    if driver == "psycopg":
        import psycopg

        return psycopg.connect(host=host, port=port, user=user, dbname=name)
    import pg8000

    if host.startswith("/"):
        return pg8000.connect(user=user, unix_sock=f"{host}/.s.PGSQL.{port}", database=name)
    return pg8000.connect(user=user, host=host, port=int(port), database=name)


def sqlalchemy_url():
    if not host.startswith("/"):
        return f"postgresql+{driver}://{user}@{host}:{port}/{name}"
    where = f"unix_sock={host}/.s.PGSQL.{port}" if driver == "pg8000" else f"host={host}&port={port}"
    return f"postgresql+{driver}://{user}@/{name}?{where}"
