import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateAccessKey } from '../access/access-key.js';
import type { Config } from '../config/config.js';
import type { AwsAccount } from '../keys/aws-account.js';
import type { InstallStore } from '../ledger/install-store.js';
import { EVALUATION_CALLERS, foundInstall, openInstall, type FirstCaller } from '../operations/found-install.js';
import type { KeyringSecrets } from '../operations/keyring-secrets.js';
import { generateBootstrapToken } from './generate-token.js';
import { writePrivately } from './write-privately.js';

const TOKENS_FILE = 'tokens.env';
const BOOTSTRAP_FILE = 'bootstrap-token';
const EVALUATION_DAYS = 30;
/** The embedded database has a keyring for it, and a key of its root principal. */
const EVALUATION_ACCOUNT = { accountId: '000000000001', region: 'us-east-1' } as const;
const URL_VARIABLES = ['AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL_STS', 'KEYSTEAD_URL'] as const;

/**
 * Opens the install, or sets an empty database up: on the embedded database one caller for each kind of person, else
 * one bootstrap administrator. Tokens are in their file, and durable, before the database knows them.
 * @returns notes for the operator
 */
export async function firstStart(
  config: Config,
  store: InstallStore,
  secrets: KeyringSecrets,
  now: Date,
): Promise<string[]> {
  const isNew = !(await store.exists());
  const notes = isNew ? await setUp(config, store, secrets, now) : [];
  await openInstall(secrets);
  if (!isNew && config.KEYSTEAD_DATABASE_URL === undefined) await rewriteUrl(config);
  return notes;
}

async function setUp(config: Config, store: InstallStore, secrets: KeyringSecrets, now: Date): Promise<string[]> {
  if (config.KEYSTEAD_DATABASE_URL !== undefined) return setUpExternal(config, store, secrets, now);
  const token = (variable: string) =>
    (variable === 'KEYSTEAD_ADMIN_TOKEN' ? config.KEYSTEAD_BOOTSTRAP_TOKEN : undefined) ?? generateBootstrapToken();
  const callers = EVALUATION_CALLERS.map((caller) => ({
    ...caller,
    token: token(caller.variable),
    purpose: 'development' as const,
    days: EVALUATION_DAYS,
  }));
  const rootKey = { ...generateAccessKey(), days: EVALUATION_DAYS };
  const accounts = [EVALUATION_ACCOUNT, ...(config.KEYSTEAD_AWS_ACCOUNTS ?? []).filter(isFurther)];
  const lines = [
    ...callers.map(({ variable, token }) => exportLine(variable, token)),
    exportLine('AWS_ACCESS_KEY_ID', rootKey.accessKeyId),
    exportLine('AWS_SECRET_ACCESS_KEY', rootKey.secretAccessKey),
    exportLine('AWS_REGION', EVALUATION_ACCOUNT.region),
    exportLine('AWS_DEFAULT_REGION', EVALUATION_ACCOUNT.region),
    ...URL_VARIABLES.map((name) => exportLine(name, urlOf(config))),
  ];
  const path = join(resolve(config.KEYSTEAD_DATA_DIR), TOKENS_FILE);
  const handOver = () => writePrivately(path, lines.join(''));
  if (!(await foundInstall(store, secrets, callers, now, handOver, { accounts, rootKey }))) return [];
  return [`Tokens for each kind of person are in ${path} (30 days, from this machine only). Use: source ${path}`];
}

async function setUpExternal(
  config: Config,
  store: InstallStore,
  secrets: KeyringSecrets,
  now: Date,
): Promise<string[]> {
  const token = config.KEYSTEAD_BOOTSTRAP_TOKEN ?? generateBootstrapToken();
  const path = join(resolve(config.KEYSTEAD_DATA_DIR), BOOTSTRAP_FILE);
  const handOver = async () => {
    if (config.KEYSTEAD_BOOTSTRAP_TOKEN === undefined) await writePrivately(path, `${token}\n`);
  };
  const administrator: FirstCaller = {
    name: 'bootstrap',
    type: 'person',
    role: 'administrator',
    scope: 'everything',
    token,
    purpose: 'bootstrap',
    days: 1,
  };
  const accounts = config.KEYSTEAD_AWS_ACCOUNTS ?? [];
  if (!(await foundInstall(store, secrets, [administrator], now, handOver, { accounts }))) return [];
  return config.KEYSTEAD_BOOTSTRAP_TOKEN === undefined
    ? [`The first administrator's token is in ${path} and lives 24 hours.`]
    : ["The first administrator's token is the one of KEYSTEAD_BOOTSTRAP_TOKEN and lives 24 hours."];
}

function isFurther({ accountId, region }: AwsAccount): boolean {
  return accountId !== EVALUATION_ACCOUNT.accountId || region !== EVALUATION_ACCOUNT.region;
}

/** The port may have changed since the first start. */
async function rewriteUrl(config: Config): Promise<void> {
  const path = join(resolve(config.KEYSTEAD_DATA_DIR), TOKENS_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const rewritten = text?.replaceAll(/^export (\w+)=.*\n/gm, (line, name: string) =>
    URL_VARIABLES.some((variable) => variable === name) ? exportLine(name, urlOf(config)) : line,
  );
  if (rewritten !== undefined && rewritten !== text) await writePrivately(path, rewritten);
}

function urlOf(config: Config): string {
  const host = config.KEYSTEAD_HOST.includes(':') ? `[${config.KEYSTEAD_HOST}]` : config.KEYSTEAD_HOST;
  return `http://${host}:${config.KEYSTEAD_PORT}`;
}

function exportLine(name: string, value: string): string {
  return `export ${name}='${value}'\n`;
}
