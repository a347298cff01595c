import { generateAccessKey, generateTemporaryKey, type NewAccessKey } from '../../access/access-key.js';
import { mustBeAccountId } from '../../keys/aws-account.js';
import { mustBeDescription } from '../../keys/description.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { guardedAccountRoot, guardedCredential, guardedPrincipal } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { addCredential, credentialOf, newCredential } from './add-credential.js';
import { describeAccessKey, type AccessKeyDescription } from './describe-access-key.js';
import { expiryOf } from './expiry.js';
import { TOKEN_LIFETIME } from './live-tokens.js';
import { makeAccessKey } from './make-access-key.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export interface CreateAccessKeyInput extends CallerInput {
  /** The AWS account in which it signs: twelve digits. */
  readonly accountId: string;
  /** Whether whoever signs with it is the account's root principal. Default false: the caller's own bindings decide. */
  readonly root?: boolean;
  /** Good for a while, and only together with a session token. Default false. */
  readonly temporary?: boolean;
  /** Seconds; default 90 days, at most 400. Of a temporary one: an hour, at most 36. */
  readonly expiresIn?: number;
  readonly description?: string;
}

export interface CreatedAccessKey extends AccessKeyDescription {
  /** This once; a repeat answers without it. */
  readonly secretAccessKey?: string;
  /** Of a temporary one: this once, too. */
  readonly sessionToken?: string;
}

const TEMPORARY_LIFETIME = { standard: 3600, most: 36 * 3600 } as const;

/** Lets a caller in at the AWS door, by requests that it signs. */
export const createAccessKey: ChangeOperation<CreateAccessKeyInput, ResolvedCaller, CreatedAccessKey> = {
  name: 'access-key.create',
  resolve: resolveCaller('access-key.create'),

  async run(deps, { caller }, input, commit, arrival) {
    const { accountId, root = false, temporary = false, description = '' } = input;
    const lifetime = temporary ? TEMPORARY_LIFETIME : TOKEN_LIFETIME;
    const { expiresIn = lifetime.standard } = input;
    mustBeAccountId(accountId);
    mustBeDescription(description);
    const now = deps.clock.now();
    const expiresAt = expiryOf({ expiresIn }, now, lifetime.most);
    const digest = (label: string, ...parts: readonly (Buffer | string)[]) => deps.secrets.digest(label, ...parts);
    const made: NewAccessKey = temporary ? generateTemporaryKey() : generateAccessKey();
    const { secretAccessKey, sessionToken } = made;
    const { columns } = makeAccessKey(digest, { accountId, root }, made);
    const row = newCredential({ ...columns, callerId: caller.id, description, expiresAt }, now, arrival);
    return commit([INSTALL_SCOPE], async (change) => {
      addCredential(change, row, now, arrival);
      const guarded = root
        ? guardedAccountRoot(change.install, accountId)
        : (guardedCredential(change.install, caller.id, now) ?? guardedPrincipal(change.install, accountId));
      return {
        output: {
          ...describeAccessKey(row, now),
          secretAccessKey,
          ...(sessionToken === undefined ? {} : { sessionToken }),
        },
        detail: { accessKey: row.id, accountId, root, temporary },
        resourceId: row.id,
        ...(guarded ? { guarded } : {}),
      };
    });
  },

  async repeat(deps, _resolved, id) {
    return describeAccessKey(await credentialOf(deps, id), deps.clock.now());
  },
};
