import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import type { InstallStore } from '../ledger/install-store.js';
import { EVALUATION_CALLERS, foundInstall, openInstall, type FirstCaller } from '../operations/found-install.js';
import type { KeyringSecrets } from '../operations/keyring-secrets.js';
import { generateBootstrapToken } from './generate-token.js';
import { writePrivately } from './write-privately.js';

const TOKENS_FILE = 'tokens.env';
const BOOTSTRAP_FILE = 'bootstrap-token';
const EVALUATION_DAYS = 30;

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
  const lines = callers.map(({ variable, token }) => exportLine(variable, token));
  const path = join(resolve(config.KEYSTEAD_DATA_DIR), TOKENS_FILE);
  const text = [...lines, exportLine('KEYSTEAD_URL', urlOf(config))].join('');
  if (!(await foundInstall(store, secrets, callers, now, () => writePrivately(path, text)))) return [];
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
  if (!(await foundInstall(store, secrets, [administrator], now, handOver))) return [];
  return config.KEYSTEAD_BOOTSTRAP_TOKEN === undefined
    ? [`The first administrator's token is in ${path} and lives 24 hours.`]
    : ["The first administrator's token is the one of KEYSTEAD_BOOTSTRAP_TOKEN and lives 24 hours."];
}

/** The port may have changed since the first start. */
async function rewriteUrl(config: Config): Promise<void> {
  const path = join(resolve(config.KEYSTEAD_DATA_DIR), TOKENS_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const rewritten = text?.replace(/^export KEYSTEAD_URL=.*\n/m, exportLine('KEYSTEAD_URL', urlOf(config)));
  if (rewritten !== undefined && rewritten !== text) await writePrivately(path, rewritten);
}

function urlOf(config: Config): string {
  const host = config.KEYSTEAD_HOST.includes(':') ? `[${config.KEYSTEAD_HOST}]` : config.KEYSTEAD_HOST;
  return `http://${host}:${config.KEYSTEAD_PORT}`;
}

function exportLine(name: string, value: string): string {
  return `export ${name}='${value}'\n`;
}
