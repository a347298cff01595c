import { isReplica } from '../../keys/multi-region.js';
import { specName, usageName } from '../../keys/aws-words.js';
import { rootArn, type KeyRequest } from './key-request.js';

type Values = (request: KeyRequest) => readonly string[] | undefined;

const one = (value: string | null | undefined): readonly string[] | undefined =>
  value === null || value === undefined ? undefined : [value];
const fact =
  (name: string): Values =>
  ({ asked }) => {
    const value = asked.facts?.[name];
    return typeof value === 'string' ? [value] : value;
  };
const accountOf = (arn: string | undefined): string | undefined => arn?.split(':')[4];
/** Of somebody with access keys in several accounts, who it is in the account of the key. */
const acting = ({ principals, account }: KeyRequest): string | undefined =>
  principals.find((arn) => accountOf(arn) === account?.accountId) ?? principals[0];

/**
 * The condition keys whose values are known at every door: a policy that asks for another one is refused, for a deny would not
 * hold. The ones of AWS services, which there are none of, are absent from every request.
 */
const KEYS: Readonly<Record<string, Values>> = {
  'aws:principalarn': (request) => one(acting(request)),
  'aws:principalaccount': (request) => one(accountOf(acting(request))),
  'aws:principaltype': (request) => {
    const arn = acting(request);
    return arn === undefined ? undefined : [arn.endsWith(':root') ? 'Account' : 'User'];
  },
  'aws:username': (request) => one(/:user\/(.+)$/.exec(acting(request) ?? '')?.[1]),
  'aws:sourceip': ({ source }) => one(source),
  'aws:currenttime': ({ now }) => [new Date(now).toISOString()],
  'aws:epochtime': ({ now }) => [String(Math.floor(now / 1000))],
  'aws:multifactorauthpresent': ({ strength }) => [String(strength === 'mfa')],
  'aws:requestedregion': ({ account }) => one(account?.region),
  'aws:viaawsservice': () => ['false'],
  'kms:viaservice': () => undefined,
  'kms:grantisforawsresource': () => ['false'],
  'kms:calleraccount': (request) => one(accountOf(acting(request))),
  'kms:encryptioncontextkeys': ({ context }) => context && Object.keys(context),
  'kms:keyspec': ({ key }) => [specName(key.spec)],
  'kms:customermasterkeyspec': ({ key }) => [specName(key.spec)],
  'kms:keyusage': ({ key }) => [usageName(key.usage)],
  'kms:customermasterkeyusage': ({ key }) => [usageName(key.usage)],
  'kms:keyorigin': ({ key }) => [key.origin === 'imported' ? 'EXTERNAL' : 'AWS_KMS'],
  'kms:multiregion': ({ key }) => [String(Boolean(key.multiRegion))],
  'kms:multiregionkeytype': ({ key }) => (key.multiRegion ? [isReplica(key) ? 'REPLICA' : 'PRIMARY'] : undefined),
  ...Object.fromEntries(
    [
      'encryptionalgorithm',
      'signingalgorithm',
      'messagetype',
      'macalgorithm',
      'datakeypairspec',
      'keyagreementalgorithm',
      'requestalias',
      'reencryptonsamekey',
      'granteeprincipal',
      'retiringprincipal',
      'grantoperations',
      'grantconstrainttype',
      'bypasspolicylockoutsafetycheck',
      'primaryregion',
      'replicaregion',
    ].map((name) => [`kms:${name}`, fact(name)]),
  ),
};

const MANY: ReadonlySet<string> = new Set(['kms:encryptioncontextkeys', 'kms:grantoperations', 'kms:requestalias']);
const CONTEXT = 'kms:encryptioncontext:';
const TAG = 'aws:resourcetag/';

/** What reads a condition key out of a request; undefined for one that is not known here. Names are not case-sensitive. */
export function conditionKey(name: string): Values | undefined {
  const lower = name.toLowerCase();
  if (lower.startsWith(CONTEXT)) return ({ context = {} }) => valuesAt(context, lower.slice(CONTEXT.length));
  if (lower.startsWith(TAG)) return ({ key }) => valuesAt(key.tags, lower.slice(TAG.length));
  return Object.hasOwn(KEYS, lower) ? KEYS[lower] : undefined;
}

/** Whether the key may have several values. */
export function hasManyValues(name: string): boolean {
  return MANY.has(name.toLowerCase());
}

function valuesAt(pairs: Readonly<Record<string, string>>, lower: string): readonly string[] | undefined {
  const found = Object.keys(pairs).filter((name) => name.toLowerCase() === lower);
  return found.length === 0 ? undefined : found.map((name) => pairs[name] ?? '');
}

/** Whether an ARN, or twelve digits, stand for the account that the key is in. */
export function isOwnAccount({ account }: KeyRequest, principal: string): boolean {
  return account !== undefined && (principal === account.accountId || principal === rootArn(account.accountId));
}
