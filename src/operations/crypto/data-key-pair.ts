import { algorithmFor } from '../../crypto/algorithms.js';
import { isLatticeSpec, pkcs8OfLatticeSeed } from '../../crypto/lattice-native.js';
import { KEY_SPECS, type KeySpec } from '../../crypto/key-spec.js';
import { KmsError } from '../../errors.js';
import { suiteOf } from '../../keys/ciphertext.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { spendMessage } from '../spend-message.js';
import { contextDetail } from './context-detail.js';
import { loadPrimary, mustSealMessages } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface DataKeyPairInput extends KeyUseInput {
  /** An asymmetric key spec. */
  readonly spec: string;
  /** false: the private key is answered only wrapped. Default true. */
  readonly plaintext?: boolean;
  /** Seeds too are wrapped in PKCS#8. Default false. */
  readonly pkcs8?: boolean;
  readonly context?: EncryptionContext;
}

export interface DataKeyPairOutput extends KeyUse {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** PKCS#8 DER, or the seed of an ML-DSA or ML-KEM key. */
  readonly privateKey?: Buffer;
  /** The private key; decrypt opens it, with the same context. */
  readonly ciphertext: Buffer;
}

/** A new key pair, its private key wrapped under the key; never stored. */
export const dataKeyPair: UseOperation<DataKeyPairInput, ResolvedKeyUse, DataKeyPairOutput> = {
  name: 'data-key-pair',
  resolve: resolveKeyUse('data-key-pair'),

  async run(deps, { snapshot }, { spec, plaintext: wanted = true, pkcs8 = false, context, version }) {
    mustBeFor('encrypt-decrypt', snapshot);
    const bound = canonicalContext(context);
    const pairSpec = mustBePairSpec(spec);
    const loaded = await loadPrimary(deps, snapshot, version);
    const message = mustSealMessages(loaded, snapshot);
    const counted = spendMessage(deps, snapshot, loaded.row);
    if (counted) await counted;
    const { publicKey, privateKey } = await makePair(pairSpec, pkcs8);
    const ciphertext = message.seal('data-key-pair', privateKey, bound);
    if (!wanted) privateKey.fill(0);
    return {
      output: {
        publicKey,
        ...(wanted ? { privateKey } : {}),
        ciphertext,
        keyId: snapshot.key.id,
        version: loaded.row.version,
      },
      detail: { ...(await contextDetail(deps, context)), spec: pairSpec, plaintext: wanted },
    };
  },
};

async function makePair(
  spec: KeySpec,
  pkcs8: boolean,
): Promise<{ readonly publicKey: Buffer; readonly privateKey: Buffer }> {
  const algorithm = algorithmFor(spec);
  const { material, publicKey } = await algorithm.generate();
  try {
    if (!publicKey) throw new Error(`a key of spec ${spec} has no public key`);
    const privateKey = algorithm.toExport(material).bytes;
    if (!pkcs8 || !isLatticeSpec(spec)) return { publicKey, privateKey };
    const wrapped = pkcs8OfLatticeSeed(spec, privateKey);
    privateKey.fill(0);
    return { publicKey, privateKey: wrapped };
  } finally {
    material.destroy();
  }
}

const PAIR_SPECS = KEY_SPECS.filter((spec) => !suiteOf(spec) && !spec.startsWith('hmac-'));

function mustBePairSpec(spec: string): KeySpec {
  const found = PAIR_SPECS.find((known) => known === spec);
  if (found) return found;
  throw new KmsError('invalid-request', `spec: one of the asymmetric specs: ${PAIR_SPECS.join(', ')}`);
}
