import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

export interface ExternalDatabase {
  /** Of a new, empty database. */
  readonly url: string;
  /** The postmaster, where it runs on this machine. */
  readonly postmaster: number | undefined;
  readonly description: string;
  drop(): Promise<void>;
}

/** @param url a server, by a role that may create databases */
export async function createExternalDatabase(url: string): Promise<ExternalDatabase> {
  const name = `keystead_bench_${randomBytes(6).toString('hex')}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number; version: string; fsync: string; commits: string }>(
      `select pg_backend_pid() as pid, current_setting('server_version') as version,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`,
    );
    const [about] = rows;
    await client.query(`create database ${name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0`);
    return {
      url: own.href,
      postmaster: await parentOf(about?.pid ?? 0),
      description: `PostgreSQL ${about?.version}, fsync ${about?.fsync}, synchronous_commit ${about?.commits}`,
      drop: () => withClient(url, async (again) => void (await again.query(`drop database ${name} with (force)`))),
    };
  });
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The parent of a backend; undefined when that process is not a PostgreSQL of this machine. */
async function parentOf(backend: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${backend}/stat`, 'utf8').catch(() => '');
  return stat.includes('(postgres)') ? Number(stat.split(') ').at(-1)?.split(' ')[1]) : undefined;
}
