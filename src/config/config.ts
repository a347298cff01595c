import { z } from 'zod';
import { KmsError } from '../errors.js';
import { SETTINGS } from './settings.js';

const schema = z.object(SETTINGS);

/** What `keystead database migrate` needs. */
const databaseSchema = z.object({
  KEYSTEAD_DATABASE_URL: SETTINGS.KEYSTEAD_DATABASE_URL.unwrap(),
  KEYSTEAD_MIGRATION_DATABASE_URL: SETTINGS.KEYSTEAD_MIGRATION_DATABASE_URL,
});

/** Every setting, read and checked; frozen. Secrets among them are handed on once and never logged. */
export type Config = Readonly<z.output<typeof schema>>;

const SECRETS = [
  'KEYSTEAD_BOOTSTRAP_TOKEN',
  'KEYSTEAD_ROOT_PASSPHRASE',
  'KEYSTEAD_PKCS11_PIN',
  'KEYSTEAD_VAULT_TOKEN',
  'KEYSTEAD_VAULT_SECRET_ID',
];

/**
 * The only reader of the server's environment. An empty variable counts as unset.
 * @throws KmsError invalid-setting, naming every wrong setting and why; values are not repeated
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const config = Object.freeze(parse(schema, environment));
  mustFitTogether(config);
  for (const name of SECRETS) delete (environment as Record<string, string | undefined>)[name];
  return config;
}

/**
 * The part of the environment that names the database.
 * @throws KmsError invalid-setting
 */
export function readDatabaseConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<typeof databaseSchema>> {
  return Object.freeze(parse(databaseSchema, environment));
}

function parse<T>(wanted: z.ZodType<T>, environment: Readonly<Record<string, string | undefined>>): T {
  const given = Object.fromEntries(
    Object.keys(SETTINGS).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = wanted.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new KmsError('invalid-setting', problems.join('; '));
}

function mustFitTogether(config: Config): void {
  if (config.KEYSTEAD_DATABASE_URL && !config.KEYSTEAD_ROOT_KEY) {
    throw new KmsError(
      'invalid-setting',
      'KEYSTEAD_ROOT_KEY: must be set with an external database; a root key is never made on the fly there (local:/path/root.key after keystead root create, or vault+https://…)',
    );
  }
  if (!config.KEYSTEAD_DATABASE_URL && config.KEYSTEAD_MIGRATION_DATABASE_URL) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_MIGRATION_DATABASE_URL: only with KEYSTEAD_DATABASE_URL');
  }
  if (config.KEYSTEAD_DATABASE_URL && config.KEYSTEAD_TEST_CLOCK === '1') {
    throw new KmsError(
      'invalid-setting',
      'KEYSTEAD_TEST_CLOCK: only with the embedded database: it is for tests and demos',
    );
  }
  if ((config.KEYSTEAD_TLS_CERT === undefined) !== (config.KEYSTEAD_TLS_KEY === undefined)) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_TLS_CERT, KEYSTEAD_TLS_KEY: give both or neither');
  }
  if (config.KEYSTEAD_TLS_CLIENT_CA && !config.KEYSTEAD_TLS_CERT) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_TLS_CLIENT_CA: only with KEYSTEAD_TLS_CERT and KEYSTEAD_TLS_KEY');
  }
  if (config.KEYSTEAD_TLS_CRL && !config.KEYSTEAD_TLS_CLIENT_CA) {
    throw new KmsError('invalid-setting', 'KEYSTEAD_TLS_CRL: only with KEYSTEAD_TLS_CLIENT_CA');
  }
  if (!isLoopback(config.KEYSTEAD_HOST) && !config.KEYSTEAD_TLS_CERT && !config.KEYSTEAD_BEHIND_TLS_PROXY) {
    throw new KmsError(
      'invalid-setting',
      'KEYSTEAD_HOST: not a loopback address, and the service speaks plain HTTP; set KEYSTEAD_TLS_CERT and KEYSTEAD_TLS_KEY, or put a proxy with TLS in front and set KEYSTEAD_BEHIND_TLS_PROXY=true',
    );
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
