import { KmsError } from '../../errors.js';
import { invalidCiphertext, suiteOf, type ParsedCiphertext } from '../../keys/ciphertext.js';
import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import { mustBeFor } from '../crypto-version.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Answer, Subject, UseOperation } from '../operation.js';
import { findKeyring, needOnKey, subjectOfKey } from '../resolve-key.js';
import { askedOfUse } from './asked-of-use.js';
import { authenticity, decideCompromised, isCompromised } from './compromised.js';
import { contextDetail } from './context-detail.js';
import { mustNameNoAlgorithm } from './encrypt.js';
import { findKeyOfCiphertext, parseIfPossible } from './find-key-of-ciphertext.js';
import { openCiphertext } from './open-ciphertext.js';
import { openRsa } from './open-rsa.js';
import { resolveKeyUse, type KeyUse, type ResolvedKeyUse } from './resolve-key-use.js';

export interface DecryptInput {
  readonly keyring: string;
  /** Without it, the ciphertext's header says which key. With it, another key's ciphertext is refused. */
  readonly key?: string;
  /** Of encrypt, re-encrypt, data-key or data-key-pair. */
  readonly ciphertext: Buffer;
  readonly context?: EncryptionContext;
  /** Of an RSA key; a symmetric one has `symmetric-default` alone. */
  readonly algorithm?: string;
  /** Only for RSA keys, whose ciphertexts name no version. Default: the primary. */
  readonly version?: number;
}

export interface DecryptOutput extends KeyUse {
  readonly plaintext: Buffer;
  /** Under a version that is compromised: whoever has the key could have made it. */
  readonly authentic?: false;
}

interface ResolvedCiphertext extends ResolvedKeyUse {
  /** undefined: of an RSA key, or none. */
  readonly parsed: ParsedCiphertext | undefined;
  readonly compromised: boolean;
}

export const decrypt: UseOperation<DecryptInput, ResolvedCiphertext, DecryptOutput> = {
  name: 'decrypt',

  async resolve(deps, input, arrival) {
    const resolved = await resolveCiphertext(deps, input, arrival);
    const { parsed, snapshot } = resolved;
    if (!isCompromised(snapshot, parsed?.version ?? input.version)) return { ...resolved, compromised: false };
    const { isOpened, needs, basis } = await decideCompromised(deps, snapshot, input.context, arrival);
    return {
      ...resolved,
      compromised: isOpened,
      needs: [...resolved.needs, ...needs],
      basis: [...resolved.basis, ...basis],
    };
  },

  async run(deps, { snapshot, parsed, compromised }, input) {
    mustBeFor('encrypt-decrypt', snapshot);
    if (!suiteOf(snapshot.key.spec)) return decryptRsa(deps, { snapshot, compromised }, input);
    mustNameNoAlgorithm(input.algorithm);
    if (input.version !== undefined) {
      throw new KmsError('invalid-request', "version: a symmetric key's ciphertext names its version; leave it out");
    }
    if (!parsed) throw invalidCiphertext();
    const plaintext = await openCiphertext(deps, snapshot, parsed, input.context, compromised);
    const purpose = parsed.purpose === 'message' ? {} : { purpose: parsed.purpose };
    const marked = authenticity(compromised);
    const output = { plaintext, keyId: snapshot.key.id, version: parsed.version, ...marked };
    return { output, detail: { ...(await contextDetail(deps, input.context)), ...purpose, ...marked } };
  },
};

const resolveDecrypt = resolveKeyUse('decrypt');

type Found = Omit<ResolvedCiphertext, 'compromised'>;

async function resolveCiphertext(deps: Deps, input: DecryptInput, arrival: Arrival): Promise<Found> {
  const { key } = input;
  if (key === undefined) return resolveByHeader(deps, input, arrival);
  const parsed = parseIfPossible(input.ciphertext);
  const resolved = await resolveDecrypt(deps, { ...input, key }, arrival);
  if (!parsed || parsed.lineageId !== resolved.snapshot.key.lineageId) return { ...resolved, parsed };
  return { ...resolved, parsed, subject: subjectOfVersion(resolved.snapshot, parsed) };
}

async function resolveByHeader(deps: Deps, input: DecryptInput, arrival: Arrival): Promise<Found> {
  const keyring = await findKeyring(deps, input.keyring, 'decrypt', arrival);
  const { snapshot, parsed } = await findKeyOfCiphertext(deps, keyring.id, input, arrival);
  return {
    snapshot,
    parsed,
    needs: [needOnKey('decrypt', snapshot, input.context, askedOfUse('decrypt', snapshot, { key: snapshot.key.id }))],
    subject: subjectOfVersion(snapshot, parsed),
    scopes: [keyring.id],
    basis: [snapshot],
  };
}

/** A record holds only numbers of versions that there are: a header may name any. */
function subjectOfVersion(snapshot: KeySnapshot, { version }: ParsedCiphertext): Subject {
  return subjectOfKey(snapshot, snapshot.versions[version - 1]?.version);
}

async function decryptRsa(
  deps: Deps,
  { snapshot, compromised }: Pick<ResolvedCiphertext, 'snapshot' | 'compromised'>,
  input: DecryptInput,
): Promise<Answer<DecryptOutput>> {
  const { plaintext, version, algorithm } = await openRsa(deps, snapshot, input, compromised);
  const marked = authenticity(compromised);
  return { output: { plaintext, keyId: snapshot.key.id, version, ...marked }, detail: { algorithm, ...marked } };
}
