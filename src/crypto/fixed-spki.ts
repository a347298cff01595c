import { algorithmIdentifier, BIT_STRING, der, SEQUENCE } from './der.js';
import type { KeySpec } from './key-spec.js';

const SPECS = [
  'ed25519',
  'x25519',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
  'ml-kem-512',
  'ml-kem-768',
  'ml-kem-1024',
] as const satisfies readonly KeySpec[];

export type RawPublicKeySpec = (typeof SPECS)[number];

/**
 * Specs whose SubjectPublicKeyInfo is a fixed prefix and a raw key: Ed25519, X25519 (RFC 8410), ML-DSA (RFC 9881), ML-KEM (RFC 9935).
 * Written here by hand because Node 20 knows only the first two.
 */
const RAW_PUBLIC_KEYS: Record<RawPublicKeySpec, { readonly oid: string; readonly bytes: number }> = {
  ed25519: { oid: '2b6570', bytes: 32 },
  x25519: { oid: '2b656e', bytes: 32 },
  'ml-dsa-44': { oid: '608648016503040311', bytes: 1312 },
  'ml-dsa-65': { oid: '608648016503040312', bytes: 1952 },
  'ml-dsa-87': { oid: '608648016503040313', bytes: 2592 },
  'ml-kem-512': { oid: '608648016503040401', bytes: 800 },
  'ml-kem-768': { oid: '608648016503040402', bytes: 1184 },
  'ml-kem-1024': { oid: '608648016503040403', bytes: 1568 },
};

const NO_UNUSED_BITS = Buffer.of(0);

const PREFIXES = new Map(
  SPECS.map((spec) => {
    const { bytes } = RAW_PUBLIC_KEYS[spec];
    const whole = wrap(spec, Buffer.alloc(bytes));
    return [spec, whole.subarray(0, whole.length - bytes)] as const;
  }),
);

/** The AlgorithmIdentifier of a spec, which PKCS#8 repeats. */
export function algorithmOf(spec: RawPublicKeySpec): Buffer {
  return algorithmIdentifier(RAW_PUBLIC_KEYS[spec].oid);
}

/** Raw public key → SPKI DER. */
export function toSpki(spec: RawPublicKeySpec, raw: Buffer): Buffer {
  if (raw.length !== RAW_PUBLIC_KEYS[spec].bytes) throw new RangeError(`not a public key of ${spec}`);
  return wrap(spec, raw);
}

/** SPKI DER → spec and raw public key, or undefined if it is none of these. */
export function fromSpki(spki: Buffer): { readonly spec: RawPublicKeySpec; readonly raw: Buffer } | undefined {
  for (const [spec, prefix] of PREFIXES) {
    if (spki.length === prefix.length + RAW_PUBLIC_KEYS[spec].bytes && spki.subarray(0, prefix.length).equals(prefix)) {
      return { spec, raw: spki.subarray(prefix.length) };
    }
  }
  return undefined;
}

function wrap(spec: RawPublicKeySpec, raw: Buffer): Buffer {
  return der(SEQUENCE, algorithmOf(spec), der(BIT_STRING, NO_UNUSED_BITS, raw));
}
