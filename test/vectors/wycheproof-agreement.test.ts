import { algorithmFor } from '../../src/crypto/algorithms.js';
import { toSpki } from '../../src/crypto/fixed-spki.js';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { Secret } from '../../src/crypto/secret.js';
import { isKmsError } from '../../src/errors.js';
import { describeWycheproof, hex, type Verdict } from './wycheproof.js';

async function agrees(spec: KeySpec, privateKey: Buffer, peer: Buffer, shared: Buffer): Promise<Verdict> {
  const { agreement } = algorithmFor(spec).load(new Secret(privateKey));
  try {
    const { bytes } = await agreement!.agree(peer);
    if (!bytes.equals(shared)) throw new Error('came to another secret');
    return true;
  } catch (error) {
    if (isKmsError(error, 'invalid-request')) return false;
    throw error;
  }
}

describeWycheproof('ecdh_secp256r1.json', async (vector) => {
  const scalar = hex(vector.private);
  const fixed = Buffer.concat([Buffer.alloc(32), scalar]).subarray(-32);
  return agrees('ecc-p256', fixed, hex(vector.public), hex(vector.shared));
});

describeWycheproof('x25519.json', async (vector) =>
  agrees('x25519', hex(vector.private), toSpki('x25519', hex(vector.public)), hex(vector.shared)),
);
