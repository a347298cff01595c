import { publicKeyJwk, type PublicJwk } from '../../crypto/public-key.js';
import type { KeySpec } from '../../crypto/key-spec.js';
import type { KeyRow } from '../../keys/records.js';

/** RFC 7518 3.4 and RFC 8812 3.2. Left out where a key takes several algorithms (RSA) or its one has two names (Ed25519). */
const ALGORITHMS: Partial<Record<KeySpec, string>> = {
  'ecc-p256': 'ES256',
  'ecc-p384': 'ES384',
  'ecc-p521': 'ES512',
  'ecc-secp256k1': 'ES256K',
};

/** The public JWK of a version. Its `kid` is `<key id>.<version>`. */
export function jwkOf(
  { id, spec, usage }: Pick<KeyRow, 'id' | 'spec' | 'usage'>,
  version: number,
  spki: Buffer,
): PublicJwk {
  const signs = usage === 'sign-verify';
  const alg = signs ? ALGORITHMS[spec] : undefined;
  return publicKeyJwk(spki, {
    kid: `${id}.${version}`,
    use: signs ? 'sig' : 'enc',
    ...(alg === undefined ? {} : { alg }),
  });
}
