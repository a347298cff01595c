import { suiteOf, type ParsedCiphertext } from '../../keys/ciphertext.js';
import type { AsymmetricCipher } from '../../crypto/algorithm.js';
import { KmsError } from '../../errors.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot, VersionRow } from '../../keys/records.js';
import { mustBeFor } from '../crypto-version.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Subject, UseOperation } from '../operation.js';
import { findKey, needOnKey } from '../resolve-key.js';
import { spendMessage } from '../spend-message.js';
import { askedOfReEncrypt } from './asked-of-use.js';
import { authenticity, decideCompromised, isCompromised } from './compromised.js';
import { contextDetail } from './context-detail.js';
import { cipherAlgorithm, mustBindNothing, mustNameNoAlgorithm } from './encrypt.js';
import { findKeyOfCiphertext } from './find-key-of-ciphertext.js';
import { loadPrimary, mustSealMessages } from './load-for-use.js';
import { CiphertextOfAnotherKey, openCiphertext } from './open-ciphertext.js';
import { openRsa } from './open-rsa.js';
import { resolveKeyUse, type KeyUse, type ResolvedKeyUse } from './resolve-key-use.js';

export interface ReEncryptInput {
  readonly keyring: string;
  /** The key that the new ciphertext is made under. */
  readonly key: string;
  /** Of any key of the keyring that the caller may decrypt with. */
  readonly ciphertext: Buffer;
  /** Another key's ciphertext is refused. Default: the header says which key. */
  readonly sourceKey?: string;
  readonly context?: EncryptionContext;
  /** What the new ciphertext is bound to. Default: the same. */
  readonly newContext?: EncryptionContext;
  /** Where the source is an RSA key, which must be named. */
  readonly sourceAlgorithm?: string;
  /** Where the new ciphertext is of an RSA key. */
  readonly algorithm?: string;
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
  /** The one that the request says it is. */
  readonly named: KeySnapshot;
  /** undefined: of an RSA key. */
  readonly parsed: ParsedCiphertext | undefined;
  readonly compromised: boolean;
}

/** The plaintext never leaves the service; what it is (message, data key, key pair) stays what it was. */
export const reEncrypt: UseOperation<ReEncryptInput, ResolvedPair, ReEncryptOutput> = {
  name: 're-encrypt',

  async resolve(deps, input, arrival) {
    const { keyring, key, sourceKey, context, newContext = context, algorithm } = input;
    const bound = newContext === undefined ? {} : { context: newContext };
    const named =
      sourceKey === undefined ? undefined : await findKey(deps, { keyring, key: sourceKey }, 'decrypt', arrival);
    const target = await resolveTarget(
      deps,
      { keyring, key, ...bound, ...(algorithm === undefined ? {} : { algorithm }) },
      arrival,
    );
    const { source, parsed } = await findSource(deps, target.snapshot.key.keyringId, input, named, arrival);
    const compromised = isCompromised(source, parsed?.version)
      ? await decideCompromised(deps, source, context, arrival)
      : undefined;
    const to = askedOfReEncrypt('encrypt', target.snapshot, source, { key, algorithm });
    const from = { key: sourceKey ?? source.key.id, algorithm: input.sourceAlgorithm };
    return {
      ...target,
      source,
      named: named ?? source,
      parsed,
      compromised: compromised?.isOpened ?? false,
      subject: { ...target.subject, ...sourceOf(source, parsed) },
      needs: [
        ...target.needs.map((need) => ({ ...need, asked: to })),
        needOnKey('encrypt', target.snapshot, newContext, to),
        needOnKey('decrypt', source, context, askedOfReEncrypt('decrypt', source, target.snapshot, from)),
        ...(compromised?.needs ?? []),
      ],
      basis: [target.snapshot, source, named ?? source, ...(compromised?.basis ?? [])],
    };
  },

  async run(deps, resolved, { newContext: given, ...input }) {
    const { snapshot, source, named, parsed, compromised } = resolved;
    const { context } = input;
    const newContext = given ?? context;
    mustBeFor('encrypt-decrypt', snapshot);
    if (named.key.id !== source.key.id) throw new CiphertextOfAnotherKey();
    const bound = canonicalContext(newContext);
    const loaded = await loadPrimary(deps, snapshot);
    const cipher = loaded.usable?.cipher;
    const message = cipher ? undefined : mustSealMessages(loaded, snapshot);
    const purpose = parsed?.purpose ?? 'message';
    if (message) mustNameNoAlgorithm(input.algorithm);
    if (parsed) mustNameNoAlgorithm(input.sourceAlgorithm);
    const { plaintext, version: sourceVersion } = parsed
      ? { plaintext: await openCiphertext(deps, source, parsed, context, compromised), version: parsed.version }
      : await openRsa(deps, source, { ...input, algorithm: input.sourceAlgorithm }, compromised);
    try {
      const ciphertext = cipher
        ? await encryptRsa(cipher, plaintext, newContext, input.algorithm)
        : await sealed(deps, snapshot, loaded.row, () => message?.seal(purpose, plaintext, bound));
      const marked = authenticity(compromised);
      const wraps = purpose === 'message' ? {} : { dataKeys: 1 };
      const from = { sourceKeyId: source.key.id, sourceVersion, ...marked };
      return {
        output: { ciphertext, keyId: snapshot.key.id, version: loaded.row.version, ...from },
        detail: { ...(await contextDetail(deps, newContext)), sourceVersion, ...wraps, ...marked },
      };
    } finally {
      plaintext.fill(0);
    }
  },
};

const resolveTarget = resolveKeyUse('re-encrypt');

/** By the header, or by its name where it is an RSA key. @throws KmsError */
async function findSource(
  deps: Deps,
  keyringId: string,
  { ciphertext, context }: ReEncryptInput,
  named: KeySnapshot | undefined,
  arrival: Arrival,
): Promise<Pick<ResolvedPair, 'source' | 'parsed'>> {
  if (named && !suiteOf(named.key.spec)) return { source: named, parsed: undefined };
  const { snapshot, parsed } = await findKeyOfCiphertext(deps, keyringId, { ciphertext, context }, arrival);
  return { source: snapshot, parsed };
}

async function encryptRsa(
  cipher: AsymmetricCipher,
  plaintext: Buffer,
  context: EncryptionContext | undefined,
  algorithm: string | undefined,
): Promise<Buffer> {
  mustBindNothing(context);
  return cipher.encrypt(cipherAlgorithm(cipher, algorithm), plaintext);
}

async function sealed(
  deps: Deps,
  snapshot: KeySnapshot,
  row: VersionRow,
  seal: () => Buffer | undefined,
): Promise<Buffer> {
  const counted = spendMessage(deps, snapshot, row);
  if (counted) await counted;
  const ciphertext = seal();
  if (!ciphertext) throw new KmsError('internal-error', 'a symmetric key seals messages');
  return ciphertext;
}

/** A record holds only numbers of versions that there are: a header may name any. */
function sourceOf(
  { key, versions }: KeySnapshot,
  parsed: ParsedCiphertext | undefined,
): Pick<Subject, 'sourceKey' | 'sourceVersion'> {
  const version = parsed?.version ?? key.primaryVersion;
  return { sourceKey: key.id, ...(versions[version - 1] && { sourceVersion: version }) };
}
