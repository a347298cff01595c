import { KmsError } from '../errors.js';
import type { KeySpec } from '../crypto/key-spec.js';
import { uuidOf } from './uuid.js';

/**
 * Ciphertext format version 1, frozen: docs/formats/ciphertext.md.
 *
 *   magic(3) ‖ format(1) ‖ suite(1) ‖ purpose(1) ‖ lineage(16) ‖ version(4) ‖ material(8) ‖ nonce ‖ commitment(32) ‖ ciphertext ‖ tag(16)
 */
const MAGIC = Buffer.from('KST');
const FORMAT = 1;

/** The suite numbers on the wire. Never re-used, never changed. */
const SUITES = [
  { suite: 1, spec: 'aes-256-xaes', nonceBytes: 24 },
  { suite: 2, spec: 'aes-256-gcm', nonceBytes: 12 },
  { suite: 3, spec: 'aes-128-gcm', nonceBytes: 12 },
  { suite: 4, spec: 'chacha20-poly1305', nonceBytes: 12 },
] as const satisfies readonly { suite: number; spec: KeySpec; nonceBytes: number }[];

export type CipherSuite = (typeof SUITES)[number];

const PURPOSES = { message: 1, 'data-key': 2, 'data-key-pair': 3 } as const;
export type Purpose = keyof typeof PURPOSES;
const PURPOSE_OF = new Map<number, Purpose>(Object.entries(PURPOSES).map(([name, code]) => [code, name as Purpose]));

const OFFSET = { suite: 4, purpose: 5, lineage: 6, version: 22, material: 26, nonce: 34 } as const;
export const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;

export interface CiphertextHeader {
  readonly suite: CipherSuite;
  readonly purpose: Purpose;
  /** The key's lineage, a UUID. */
  readonly lineageId: string;
  readonly version: number;
  /** 8 bytes that tell two materials under one version number apart. */
  readonly materialId: Buffer;
  readonly nonce: Buffer;
}

export interface ParsedCiphertext extends CiphertextHeader {
  /** Everything up to and with the nonce: what the commitment covers. */
  readonly committed: Buffer;
  readonly commitment: Buffer;
  /** Everything before the body: with the label and the context, the AAD. */
  readonly header: Buffer;
  /** ciphertext ‖ tag */
  readonly sealed: Buffer;
}

export function suiteOf(spec: KeySpec): CipherSuite | undefined {
  return SUITES.find((suite) => suite.spec === spec);
}

/** The header up to and with the nonce. */
export function encodeHeader(header: CiphertextHeader): Buffer {
  const out = Buffer.allocUnsafe(OFFSET.nonce + header.nonce.length);
  MAGIC.copy(out);
  out[3] = FORMAT;
  out[OFFSET.suite] = header.suite.suite;
  out[OFFSET.purpose] = PURPOSES[header.purpose];
  out.write(header.lineageId.replaceAll('-', ''), OFFSET.lineage, 'hex');
  out.writeUInt32BE(header.version, OFFSET.version);
  header.materialId.copy(out, OFFSET.material);
  header.nonce.copy(out, OFFSET.nonce);
  return out;
}

/** @throws KmsError invalid-ciphertext, for anything that is not format 1 in full length */
export function parseCiphertext(bytes: Buffer): ParsedCiphertext {
  const suite = SUITES.find((known) => known.suite === bytes[OFFSET.suite]);
  const purpose = PURPOSE_OF.get(bytes[OFFSET.purpose] ?? 0);
  if (!suite || !purpose || bytes[3] !== FORMAT || !bytes.subarray(0, 3).equals(MAGIC)) throw invalidCiphertext();
  const commitmentAt = OFFSET.nonce + suite.nonceBytes;
  const bodyAt = commitmentAt + COMMITMENT_BYTES;
  if (bytes.length < bodyAt + TAG_BYTES) throw invalidCiphertext();
  return {
    suite,
    purpose,
    lineageId: uuidOf(bytes.subarray(OFFSET.lineage, OFFSET.version)),
    version: bytes.readUInt32BE(OFFSET.version),
    materialId: bytes.subarray(OFFSET.material, OFFSET.nonce),
    nonce: bytes.subarray(OFFSET.nonce, commitmentAt),
    committed: bytes.subarray(0, commitmentAt),
    commitment: bytes.subarray(commitmentAt, bodyAt),
    header: bytes.subarray(0, bodyAt),
    sealed: bytes.subarray(bodyAt),
  };
}

/** The one answer to every ciphertext that does not open, whatever the reason. */
export function invalidCiphertext(): KmsError {
  return new KmsError(
    'invalid-ciphertext',
    'the ciphertext does not open: it is damaged, was made elsewhere, or the encryption context differs from the one it was made with',
  );
}
