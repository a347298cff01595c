/** How to reach a database over a unix socket, in the words of `pg`. */
export interface SocketConnection {
  /** The socket's directory. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/**
 * A URL with the socket's directory as percent-encoded host: `postgres://user@%2Frun%2Fkeystead:5432/database`. pg,
 * TypeORM's `url` (which reads the database's name out of the path itself) and libpq all take this form.
 */
export function socketUrl({ host, port, user, database }: SocketConnection): string {
  const [name, directory, path] = [user, host, database].map(encodeURIComponent);
  return `postgres://${name}@${directory}:${port}/${path}`;
}
