import { createECDH, createPublicKey, type KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { Algorithm, GeneratedKey, UsableKey } from '../algorithm.js';
import { CURVES, eccPrivateKey, scalarOf, type Curve, type EccSpec } from '../ecc-curves.js';
import { agreementKey } from '../key-agreement.js';
import { generateOffLoop, notAPublicKey, readPkcs8, readSpki, spkiOf } from '../key-object.js';
import { mustBePair } from '../pairwise.js';
import { Secret } from '../secret.js';
import { ecdsaSigner } from './ecdsa.js';

/** ECDSA (FIPS 186-5) and, but for secp256k1, ECDH (SP 800-56A). Material is the scalar, big-endian, of the curve's length. */
export function ecc(spec: EccSpec): Algorithm {
  const curve = CURVES[spec];
  const agrees = spec !== 'ecc-secp256k1';
  const quick = spec === 'ecc-p256';

  const readPublic = (spki: Buffer): KeyObject => {
    const publicKey = readSpki(spki, spec);
    if (!isOn(curve, publicKey)) throw notAPublicKey(spec);
    return publicKey;
  };
  const load = (material: Secret): UsableKey => {
    const privateKey = eccPrivateKey(curve, material.bytes);
    const signer = ecdsaSigner(curve, createPublicKey(privateKey), privateKey);
    return agrees
      ? { signer, agreement: agreementKey(privateKey, readPublic, { quick, refuseZero: false }) }
      : { signer };
  };
  const loadPublic = (spki: Buffer): UsableKey => ({ signer: ecdsaSigner(curve, readPublic(spki)) });
  const paired = async (scalar: Buffer): Promise<GeneratedKey> => {
    const material = new Secret(scalar);
    const publicKey = publicKeyOf(curve, scalar);
    await mustBePair(load(material), loadPublic(publicKey));
    return { material, publicKey };
  };

  return {
    spec,
    usages: agrees ? ['sign-verify', 'key-agreement'] : ['sign-verify'],
    generate: async () => paired(scalarOf(curve, await generateOffLoop({ namedCurve: curve.name }))),
    accept: async (bytes) => {
      const brought = readPkcs8(bytes, spec);
      if (!isOn(curve, brought)) {
        throw new KmsError(
          'invalid-key-material',
          `The key material is not an EC key on the named curve ${curve.jwk}.`,
        );
      }
      const key = await paired(scalarOf(curve, brought));
      if (key.publicKey !== undefined && !samePoint(brought, key.publicKey)) {
        key.material.destroy();
        throw new KmsError('invalid-key-material', 'The public key inside the PKCS#8 is not that of its private key.');
      }
      return key;
    },
    toExport: (material) => new Secret(eccPrivateKey(curve, material.bytes).export({ type: 'pkcs8', format: 'der' })),
    load,
    loadPublic,
  };
}

function isOn(curve: Curve, key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve.name;
}

/** The public key by a second route than `load` takes (SP 800-56A 5.6.2.1.4 b); a scalar outside 1 … n-1 is refused. */
function publicKeyOf(curve: Curve, scalar: Buffer): Buffer {
  const ecdh = createECDH(curve.name);
  try {
    ecdh.setPrivateKey(scalar);
  } catch {
    throw new KmsError('invalid-key-material', `The private key is out of range for the curve ${curve.jwk}.`);
  }
  const privateKey = eccPrivateKey(curve, scalar);
  const publicKey = spkiOf(privateKey);
  if (!publicKey.subarray(-2 * curve.bytes - 1).equals(ecdh.getPublicKey())) {
    throw new KmsError('invalid-key-material', 'The private key and the public key do not belong together.');
  }
  return publicKey;
}

function samePoint(brought: KeyObject, publicKey: Buffer): boolean {
  const { x, y } = createPublicKey(brought).export({ format: 'jwk' });
  const expected = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return x === expected.x && y === expected.y;
}
