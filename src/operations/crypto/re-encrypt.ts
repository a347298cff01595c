import type { ParsedCiphertext } from '../../keys/ciphertext.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import { mustBeFor } from '../crypto-version.js';
import type { Subject, UseOperation } from '../operation.js';
import { needOnKey } from '../resolve-key.js';
import { spendMessage } from '../spend-message.js';
import { authenticity, decideCompromised, isCompromised } from './compromised.js';
import { contextDetail } from './context-detail.js';
import { findKeyOfCiphertext } from './find-key-of-ciphertext.js';
import { loadPrimary, mustSealMessages } from './load-for-use.js';
import { openCiphertext } from './open-ciphertext.js';
import { resolveKeyUse, type KeyUse, type ResolvedKeyUse } from './resolve-key-use.js';

export interface ReEncryptInput {
  readonly keyring: string;
  /** The key that the new ciphertext is made under. */
  readonly key: string;
  /** Of any key of the keyring that the caller may decrypt with. */
  readonly ciphertext: Buffer;
  readonly context?: EncryptionContext;
  /** What the new ciphertext is bound to. Default: the same. */
  readonly newContext?: EncryptionContext;
}

export interface ReEncryptOutput extends KeyUse {
  readonly ciphertext: Buffer;
  readonly sourceKeyId: string;
  readonly sourceVersion: number;
  /** The source's version is compromised: whoever has the key could have made it. */
  readonly authentic?: false;
}

interface ResolvedPair extends ResolvedKeyUse {
  readonly source: KeySnapshot;
  readonly parsed: ParsedCiphertext;
  readonly compromised: boolean;
}

/** The plaintext never leaves the service; what it is (message, data key, key pair) stays what it was. */
export const reEncrypt: UseOperation<ReEncryptInput, ResolvedPair, ReEncryptOutput> = {
  name: 're-encrypt',

  async resolve(deps, { keyring, key, ciphertext, context, newContext = context }, arrival) {
    const bound = newContext === undefined ? {} : { context: newContext };
    const target = await resolveTarget(deps, { keyring, key, ...bound }, arrival);
    const { keyringId } = target.snapshot.key;
    const { snapshot: source, parsed } = await findKeyOfCiphertext(deps, keyringId, { ciphertext, context }, arrival);
    const compromised = isCompromised(source, parsed.version)
      ? await decideCompromised(deps, source, context, arrival)
      : undefined;
    return {
      ...target,
      source,
      parsed,
      compromised: compromised?.isOpened ?? false,
      subject: { ...target.subject, ...sourceOf(source, parsed) },
      needs: [
        ...target.needs,
        needOnKey('encrypt', target.snapshot, newContext),
        needOnKey('decrypt', source, context),
        ...(compromised?.needs ?? []),
      ],
      basis: [target.snapshot, source, ...(compromised?.basis ?? [])],
    };
  },

  async run(deps, { snapshot, source, parsed, compromised }, { context, newContext = context }) {
    mustBeFor('encrypt-decrypt', snapshot);
    const bound = canonicalContext(newContext);
    const loaded = await loadPrimary(deps, snapshot);
    const message = mustSealMessages(loaded, snapshot);
    const plaintext = await openCiphertext(deps, source, parsed, context, compromised);
    try {
      const counted = spendMessage(deps, snapshot, loaded.row);
      if (counted) await counted;
      const ciphertext = message.seal(parsed.purpose, plaintext, bound);
      const marked = authenticity(compromised);
      const wraps = parsed.purpose === 'message' ? {} : { dataKeys: 1 };
      const from = { sourceKeyId: source.key.id, sourceVersion: parsed.version, ...marked };
      return {
        output: { ciphertext, keyId: snapshot.key.id, version: loaded.row.version, ...from },
        detail: { ...contextDetail(newContext), sourceVersion: parsed.version, ...wraps, ...marked },
      };
    } finally {
      plaintext.fill(0);
    }
  },
};

const resolveTarget = resolveKeyUse('re-encrypt');

/** A record holds only numbers of versions that there are: a header may name any. */
function sourceOf(
  { key, versions }: KeySnapshot,
  { version }: ParsedCiphertext,
): Pick<Subject, 'sourceKey' | 'sourceVersion'> {
  return { sourceKey: key.id, ...(versions[version - 1] && { sourceVersion: version }) };
}
