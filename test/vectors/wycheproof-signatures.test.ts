import { createHash } from 'node:crypto';
import type { SigningKey } from '../../src/crypto/algorithm.js';
import { algorithmFor } from '../../src/crypto/algorithms.js';
import { toSpki } from '../../src/crypto/fixed-spki.js';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { describeWycheproof, hex, type Group, type Vector } from './wycheproof.js';

/** By the message and by its digest, which take different ways: both must say the same. */
function both(file: string, spec: KeySpec, algorithm: string, hash: string): void {
  const loaded = new Map<unknown, SigningKey>();
  describeWycheproof(file, async (vector: Vector, group: Group) => {
    const signer = loaded.get(group.publicKeyDer) ?? algorithmFor(spec).loadPublic(hex(group.publicKeyDer)).signer!;
    loaded.set(group.publicKeyDer, signer);
    const message = hex(vector.msg);
    const digest = createHash(hash).update(message).digest();
    const byMessage = await signer.verify(algorithm, { message }, hex(vector.sig));
    const byDigest = await signer.verify(algorithm, { digest }, hex(vector.sig));
    if (byMessage !== byDigest) throw new Error(`message says ${byMessage}, digest says ${byDigest}`);
    return byMessage;
  });
}

both('ecdsa_secp256r1_sha256.json', 'ecc-p256', 'ecdsa-sha-256', 'sha256');
both('ecdsa_secp384r1_sha384.json', 'ecc-p384', 'ecdsa-sha-384', 'sha384');
both('rsa_pss_2048_sha256_mgf1_32.json', 'rsa-2048', 'rsassa-pss-sha-256', 'sha256');
both('rsa_signature_2048_sha256.json', 'rsa-2048', 'rsassa-pkcs1-v1_5-sha-256', 'sha256');

describeWycheproof('ed25519.json', async (vector, group) => {
  const { pk } = group.publicKey as { pk: string };
  const { signer } = algorithmFor('ed25519').loadPublic(toSpki('ed25519', hex(pk)));
  return signer!.verify('ed25519', { message: hex(vector.msg) }, hex(vector.sig));
});
