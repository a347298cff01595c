import type { GrantConstraints, KeyGrant } from '../../keys/key-grant.js';
import { awsKeyId } from '../../keys/multi-region.js';
import type { KeyRow } from '../../keys/records.js';
import type { EncryptionContext } from '../../keys/encryption-context.js';
import { isOwnAccount } from './condition-keys.js';
import { readKeyPolicy, type Statement } from './key-policy.js';
import type { KeyRequest } from './key-request.js';

/** What a key policy says to a request. `delegates`: bindings decide; `silent`: they do not. */
export type PolicyVerdict = 'allows' | 'denies' | 'delegates' | 'silent';

type RuledKey = Pick<KeyRow, 'id' | 'spec' | 'usage' | 'origin' | 'tags' | 'keyPolicy' | 'grants' | 'multiRegion'>;

/** The key policy and the grants of a key. A key without a policy of its own has the default one: bindings decide. */
export class KeyRules {
  readonly #policy: readonly Statement[] | undefined;
  readonly #grants: readonly KeyGrant[];

  /** @throws KmsError invalid-key-policy */
  constructor(readonly key: RuledKey) {
    this.#policy = key.keyPolicy ? readKeyPolicy(key.keyPolicy) : undefined;
    this.#grants = key.grants ?? [];
  }

  /** A deny wins. */
  policyOn(request: KeyRequest): PolicyVerdict {
    if (!this.#policy) return 'delegates';
    const { account } = request;
    // The keyring stands for no account any more: nobody is who the policy means.
    if (!account) return 'denies';
    const keyArn = `arn:aws:kms:${account.region}:${account.accountId}:key/${awsKeyId(this.key.id)}`;
    const denied = underAnyName(request);
    let verdict: PolicyVerdict = 'silent';
    for (const statement of this.#policy) {
      const says = (one: KeyRequest): ReturnType<typeof meant> => {
        const said = meant(statement, one);
        return said === 'nobody' || !statement.covers(one, keyArn) ? 'nobody' : said;
      };
      if (statement.effect === 'deny') {
        if (denied.some((one) => says(one) !== 'nobody')) return 'denies';
      } else if (verdict !== 'allows') {
        const said = says(request);
        if (said !== 'nobody') verdict = said;
      }
    }
    return verdict;
  }

  /** The grants that allow it. */
  grantsFor(request: KeyRequest): readonly KeyGrant[] {
    return request.account ? this.#grants.filter((grant) => allows(grant, request)) : [];
  }
}

/** The request as it is; and as that of those who have no access key in the account of the key now, had they one. */
function underAnyName(request: KeyRequest): readonly KeyRequest[] {
  const { principals, names = [] } = request;
  const others = names.filter((arn) => !principals.includes(arn));
  return others.length === 0 ? [request] : [request, { ...request, principals: [...principals, ...others] }];
}

/** Whom a statement means of those who ask. A deny for everyone, or for the whole account, means callers without an access key too. */
function meant({ effect, principals }: Statement, request: KeyRequest): 'allows' | 'delegates' | 'nobody' {
  if (principals.some((one) => request.principals.includes(one))) return 'allows';
  const isEveryones = principals.includes('*');
  const isAccounts = principals.some((one) => isOwnAccount(request, one));
  if (effect === 'deny') return isEveryones || isAccounts ? 'allows' : 'nobody';
  if (isEveryones && request.principals.length > 0) return 'allows';
  return isAccounts ? 'delegates' : 'nobody';
}

function allows(grant: KeyGrant, { principals, action, context, asked }: KeyRequest): boolean {
  const isGrantees = principals.includes(grant.grantee) && grant.operations.includes(action);
  if (action === 'RetireGrant') {
    return asked.grant === grant.id && (isGrantees || (grant.retiring !== null && principals.includes(grant.retiring)));
  }
  if (!isGrantees) return false;
  if (action === 'CreateGrant') return asked.newGrant !== undefined && isWithin(asked.newGrant, grant);
  return !BINDS_CONTEXT.has(action) || meets(context ?? {}, grant.constraints);
}

/** Constraints are about what these bind; the other operations of a grant bind nothing. */
const BINDS_CONTEXT: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]);

function meets(context: EncryptionContext, constraints: GrantConstraints | null): boolean {
  const { equals, subset = {} } = constraints ?? {};
  return holds(context, subset) && (equals === undefined || isSame(context, equals));
}

/** Whether a grant allows nothing that another one does not. */
function isWithin(
  made: Pick<KeyGrant, 'operations' | 'constraints'>,
  by: Pick<KeyGrant, 'operations' | 'constraints'>,
): boolean {
  if (!made.operations.every((operation) => by.operations.includes(operation))) return false;
  const { equals, subset = {} } = by.constraints ?? {};
  if (equals !== undefined) return made.constraints?.equals !== undefined && isSame(made.constraints.equals, equals);
  return holds(made.constraints?.equals ?? made.constraints?.subset ?? {}, subset);
}

function holds(context: EncryptionContext, pairs: Readonly<Record<string, string>>): boolean {
  return Object.entries(pairs).every(([name, value]) => Object.hasOwn(context, name) && context[name] === value);
}

function isSame(a: EncryptionContext, b: EncryptionContext): boolean {
  return Object.keys(a).length === Object.keys(b).length && holds(a, b);
}

/** Compiled once for each state of a key, which is immutable. */
const compiled = new WeakMap<RuledKey, KeyRules>();

/** @returns undefined for a key that has neither policy nor grants of its own: bindings decide. @throws KmsError invalid-key-policy */
export function rulesOf(key: RuledKey): KeyRules | undefined {
  if (!key.keyPolicy && !key.grants?.length) return undefined;
  const rules = compiled.get(key) ?? new KeyRules(key);
  compiled.set(key, rules);
  return rules;
}
