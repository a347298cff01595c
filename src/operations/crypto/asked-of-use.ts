import type { AskedOfKey } from '../../access/key-rules/key-request.js';
import type { OperationName } from '../../access/permissions.js';
import { algorithmFor } from '../../crypto/algorithms.js';
import { algorithmName, nameOf, SPECS } from '../../keys/aws-words.js';
import { lineageOfAwsId } from '../../keys/multi-region.js';
import { suiteOf } from '../../keys/ciphertext.js';
import type { KeySnapshot } from '../../keys/records.js';

/** The members of inputs that key policies have conditions for. */
export interface Asking {
  readonly key: string;
  readonly algorithm?: string | undefined;
  readonly digest?: Buffer;
  /** Of data keys: false where only the wrapped form is wanted. */
  readonly plaintext?: Buffer | boolean;
  /** Of a data key pair. */
  readonly spec?: string;
}

const ALGORITHM_FACTS: Partial<Readonly<Record<OperationName, string>>> = {
  encrypt: 'encryptionalgorithm',
  decrypt: 'encryptionalgorithm',
  'data-key': 'encryptionalgorithm',
  'data-key-pair': 'encryptionalgorithm',
  sign: 'signingalgorithm',
  verify: 'signingalgorithm',
  mac: 'macalgorithm',
  'verify-mac': 'macalgorithm',
};

/** What a use asks of a key, in the words of key policies; undefined for a key that has no rules. */
export function askedOfUse(permission: OperationName, snapshot: KeySnapshot, asking: Asking): AskedOfKey | undefined {
  const { key } = snapshot;
  if (!key.keyPolicy && !key.grants?.length) return undefined;
  const fact = ALGORITHM_FACTS[permission];
  const isSigning = fact === 'signingalgorithm';
  const facts = {
    ...(fact ? { [fact]: algorithmName(asking.algorithm ?? standardAlgorithm(snapshot)) } : {}),
    ...(isSigning ? { messagetype: messageTypeOf(asking) } : {}),
    ...(permission === 'data-key-pair' ? { datakeypairspec: nameOf(SPECS, asking.spec ?? '') } : {}),
    ...(permission === 'derive-shared-secret' ? { keyagreementalgorithm: 'ECDH' } : {}),
    ...requestAlias(snapshot, asking.key),
  };
  const action = asking.plaintext === false ? WITHOUT_PLAINTEXT[permission] : undefined;
  return { facts, ...(action ? { action } : {}) };
}

/** By which alias a request names its key, where it does by one. */
export function requestAlias({ key }: KeySnapshot, ref: string): { readonly requestalias?: string } {
  const isAlias = ref !== key.id && ref !== key.name && lineageOfAwsId(ref) === undefined;
  return isAlias ? { requestalias: `alias/${ref}` } : {};
}

/** What a re-encryption asks of one of its two keys: to decrypt with it, or to encrypt. */
export function askedOfReEncrypt(
  permission: 'decrypt' | 'encrypt',
  snapshot: KeySnapshot,
  other: KeySnapshot,
  asking: Asking,
): AskedOfKey {
  const reencryptonsamekey = String(snapshot.key.id === other.key.id);
  const { facts } = askedOfUse(permission, snapshot, asking) ?? {};
  return {
    facts: { ...facts, reencryptonsamekey },
    action: permission === 'decrypt' ? 'ReEncryptFrom' : 'ReEncryptTo',
  };
}

function messageTypeOf({ algorithm, digest }: Asking): string {
  if (!digest) return 'RAW';
  return algorithm === 'ml-dsa-external-mu' ? 'EXTERNAL_MU' : 'DIGEST';
}

const WITHOUT_PLAINTEXT: Partial<Readonly<Record<OperationName, string>>> = {
  'data-key': 'GenerateDataKeyWithoutPlaintext',
  'data-key-pair': 'GenerateDataKeyPairWithoutPlaintext',
};

/** The one that is taken where none is named. */
function standardAlgorithm({ key, versions }: KeySnapshot): string {
  if (suiteOf(key.spec)) return 'symmetric-default';
  const publicKey = versions[key.primaryVersion - 1]?.publicKey;
  if (!publicKey) return key.spec;
  const { cipher, signer } = algorithmFor(key.spec).loadPublic(publicKey);
  return (key.usage === 'encrypt-decrypt' ? cipher : signer)?.algorithms[0] ?? key.spec;
}
