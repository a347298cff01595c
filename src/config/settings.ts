import { hostname } from 'node:os';
import { z } from 'zod';

/** One setting: an environment variable, its schema with default, and its line in .env.example. */
const text = z.string().min(1);
const whole = (low: number, high: number) => z.coerce.number<string>().int().min(low).max(high);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' });
const issuers = z
  .array(
    z.strictObject({
      issuer: z.url({ protocol: /^https?$/, error: 'must be a URL as in the claim iss' }),
      audience: z.union([text.transform((one) => [one]), z.array(text).min(1)]),
      claim: text.default('sub'),
      groupsClaim: text.optional(),
      jwksUri: z.url({ protocol: /^https?$/ }).optional(),
    }),
  )
  .refine((list) => new Set(list.map(({ issuer }) => issuer)).size === list.length, { error: 'names an issuer twice' });
/** `account/region`, with commas between → what they name. */
const awsAccounts = z
  .string()
  .regex(
    /^\d{12}\/[a-z0-9-]+(,\d{12}\/[a-z0-9-]+)*$/,
    'must be a list such as 000000000001/us-east-1,000000000002/eu-west-1',
  )
  .transform((list) =>
    [...new Set(list.split(','))].map((pair) => {
      const [accountId = '', region = ''] = pair.split('/');
      return { accountId, region };
    }),
  );
/** A text in JSON → its value. */
const json = text.transform((value, { issues }): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    issues.push({ code: 'custom', message: 'must be JSON', input: value });
    return z.NEVER;
  }
});

/** Places to deliver to, between spaces or commas. */
const places = (known: RegExp, what: string) =>
  text.transform((list, { issues }) => {
    const all = list.split(/[\s,]+/).filter((one) => one !== '');
    if (all.every((one) => known.test(one))) return all;
    issues.push({ code: 'custom', message: `must be ${what}, between commas`, input: list });
    return z.NEVER;
  });
const targets = places(/^(stdout$|file:\/.|https?:\/\/[^/@]+(\/|$))/, 'file:/path, stdout or URLs of webhooks');
const sinks = places(
  /^(stdout$|file:\/.|https?:\/\/[^/@]+(\/|$)|syslog\+(tcp|tls):\/\/[^/]+:\d+$)/,
  'file:/path, stdout, URLs of webhooks, syslog+tcp://host:port or syslog+tls://host:port',
);
const recipients = places(/^age1[0-9a-z]+$/, 'public keys of age (age1…)');

/** Every setting of the server. `.env.example` lists the same names: a test holds them together. */
export const SETTINGS = {
  KEYSTEAD_HOST: text.default('127.0.0.1'),
  KEYSTEAD_PORT: whole(0, 65535).default(7300),
  KEYSTEAD_DATA_DIR: text.default('.keystead'),
  KEYSTEAD_DATABASE_URL: postgresUrl.optional(),
  KEYSTEAD_MIGRATION_DATABASE_URL: postgresUrl.optional(),
  KEYSTEAD_MIGRATE: flag.default(true),
  KEYSTEAD_DATABASE_POOL: whole(2, 100).default(8),
  KEYSTEAD_ROOT_KEY: text.optional(),
  KEYSTEAD_ROOT_KEY_NEXT: text.optional(),
  KEYSTEAD_ROOT_PASSPHRASE: text.optional(),
  KEYSTEAD_PKCS11_PIN: text.optional(),
  KEYSTEAD_AUDIT_SIGNER: text.optional(),
  KEYSTEAD_AUDIT_CHECKPOINTS: targets.optional(),
  KEYSTEAD_AUDIT_CHECKPOINT_SECONDS: whole(1, 86_400).default(60),
  KEYSTEAD_AUDIT_WITNESSES: text.optional(),
  KEYSTEAD_AUDIT_SINKS: sinks.optional(),
  KEYSTEAD_BACKUP_RECIPIENTS: recipients.optional(),
  KEYSTEAD_ROOT_PROVEN_SECONDS: whole(1, 86_400).default(300),
  KEYSTEAD_ROOT_GRACE_SECONDS: whole(0, 604_800).default(3600),
  KEYSTEAD_VAULT_TOKEN: text.optional(),
  KEYSTEAD_VAULT_ROLE_ID: text.optional(),
  KEYSTEAD_VAULT_SECRET_ID: text.optional(),
  KEYSTEAD_VAULT_APPROLE_MOUNT: text.optional(),
  KEYSTEAD_VAULT_NAMESPACE: text.optional(),
  KEYSTEAD_VAULT_CA_CERT: text.optional(),
  KEYSTEAD_VAULT_TIMEOUT_MS: whole(100, 60_000).default(5000),
  KEYSTEAD_VAULT_ALLOW_HTTP: flag.default(false),
  KEYSTEAD_BOOTSTRAP_TOKEN: text.optional(),
  KEYSTEAD_AWS_ACCOUNTS: awsAccounts.optional(),
  KEYSTEAD_BEHIND_TLS_PROXY: flag.default(false),
  KEYSTEAD_TLS_CERT: text.optional(),
  KEYSTEAD_TLS_KEY: text.optional(),
  KEYSTEAD_TLS_MIN_VERSION: z.enum(['1.2', '1.3']).default('1.3'),
  KEYSTEAD_TLS_CLIENT_CA: text.optional(),
  KEYSTEAD_TLS_CRL: text.optional(),
  KEYSTEAD_OIDC_ISSUERS: json.pipe(issuers).optional(),
  KEYSTEAD_SESSION_SECONDS: whole(60, 43_200).default(3600),
  KEYSTEAD_CALLER_COST_PER_SECOND: whole(1, 1_000_000_000).default(4_000_000),
  KEYSTEAD_SOURCE_REQUESTS_PER_SECOND: whole(1, 1_000_000_000).default(200_000),
  KEYSTEAD_SOURCE_FAILURES_PER_SECOND: whole(1, 1_000_000).default(100),
  KEYSTEAD_MAX_IN_FLIGHT: whole(1, 1_000_000).default(2000),
  KEYSTEAD_MAX_BODIES_MIB: whole(24, 1_000_000).default(64),
  KEYSTEAD_REQUEST_SECONDS: whole(1, 600).default(60),
  KEYSTEAD_TEST_CLOCK: z.enum(['0', '1']).default('0'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be a URL' }).optional(),
  OTEL_SERVICE_NAME: text.default('keystead'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number<string>().min(0).max(1).default(1),
  KEYSTEAD_METRICS: z.enum(['off', 'open']).default('off'),
  KEYSTEAD_CACHE_KEYS: whole(1, 1_000_000).default(10_000),
  KEYSTEAD_CACHE_SECONDS: whole(1, 3600).default(60),
  KEYSTEAD_NODE_NAME: text.default(() => hostname()),
  KEYSTEAD_LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
} as const;

export type SettingName = keyof typeof SETTINGS;
