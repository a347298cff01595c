import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { errorCode } from '../../src/storage/embedded/error-code.js';
import { ADMIN_URL, DATABASE_PREFIX } from './postgres-server.js';

export interface TestDatabase {
  /** For pg's `connectionString` and TypeORM's `url`. */
  readonly url: string;
  /** Removes the database, its connections included. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /**
   * Prepares the database that new ones are copied from, once per run whatever the number of test files, and closes its
   * connections. Functions with the same name and source text share one template.
   */
  readonly template?: (url: string) => Promise<void>;
}

/** Makes a database of its own for a test file: empty, or a copy of a prepared template (some 10 ms). */
export async function createTestDatabase({ template }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `${prefix()}_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (admin) => {
    const source = template === undefined ? 'template0' : await ensureTemplate(admin, template);
    await copyDatabase(admin, name, source);
  });
  return {
    url: databaseUrl(name),
    drop: () => asAdmin((admin) => drop(admin, name)),
  };
}

/** The template's name carries what it was made by; it gets that name only when it is complete. */
async function ensureTemplate(admin: Client, template: (url: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha256')
    .update(`${template.name}\n${String(template)}`)
    .digest('hex')
    .slice(0, 12);
  const name = `${prefix()}_template_${digest}`;
  await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  try {
    const found = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) {
      const draft = `${name}_draft`;
      await drop(admin, draft);
      await copyDatabase(admin, draft, 'template0');
      await template(databaseUrl(draft));
      await whenFree(() => admin.query(`ALTER DATABASE "${draft}" RENAME TO "${name}"`));
    }
  } finally {
    await admin.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]);
  }
  return name;
}

async function copyDatabase(admin: Client, name: string, source: string): Promise<void> {
  const collation = source === 'template0' ? `ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'` : '';
  await whenFree(() => admin.query(`CREATE DATABASE "${name}" TEMPLATE "${source}" ${collation}`));
}

/**
 * A backend is still counted for a moment after its connection was closed (object_in_use, 55006); and one that vacuums
 * must not be ended by who is no superuser (insufficient_privilege, 42501): it ends by itself.
 */
async function whenFree(query: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await query();
      return;
    } catch (error) {
      if (!['55006', '42501'].includes(errorCode(error) ?? '') || attempt === 500) throw error;
      await sleep(20);
    }
  }
}

async function drop(admin: Client, name: string): Promise<void> {
  await whenFree(() => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
}

async function asAdmin(use: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(name: string): string {
  return adminUrl().replace(/^([a-z]+:\/\/[^/]*)(\/[^?]*)?/, `$1/${name}`);
}

function adminUrl(): string {
  return fromSetup(ADMIN_URL);
}

function prefix(): string {
  return fromSetup(DATABASE_PREFIX);
}

function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run the tests with jest's configuration, whose global setup makes it.`);
  return value;
}
