import { algorithmFor } from '../../crypto/algorithms.js';
import type { UsableKey } from '../../crypto/algorithm.js';
import { mustBePair } from '../../crypto/pairwise.js';
import { parseCiphertext, suiteOf } from '../../keys/ciphertext.js';
import { canonicalContext } from '../../keys/encryption-context.js';
import { MessageKey } from '../../keys/message-key.js';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import type { Secret } from '../../crypto/secret.js';
import type { KeyringSecrets } from '../keyring-secrets.js';

/** A version of a key, as far as its material is concerned. */
export interface SampledVersion {
  readonly key: Pick<KeyRow, 'keyringId' | 'id' | 'spec' | 'usage' | 'exportable' | 'origin' | 'lineageId'>;
  readonly row: Pick<VersionRow, 'version' | 'materialId' | 'publicKey' | 'wrappingVersion' | 'material'>;
}

/**
 * What the material makes of a text that names backup, key and version: a ciphertext, or a MAC. Of a key pair the public half is enough, later.
 * @throws KmsError integrity-failure where the material does not open
 */
export async function makeSample(secrets: KeyringSecrets, of: SampledVersion, backup: string): Promise<Buffer | null> {
  if (of.row.publicKey) return null;
  return withMaterial(secrets, of, async (material) => {
    const text = textOf(of, backup);
    return messageKeyOf(of, material)?.seal('message', text, CONTEXT) ?? loadMac(of, material)?.mac(text) ?? null;
  });
}

/**
 * That the material opens, and is the one of then: it opens the ciphertext, or makes the same MAC; of a key pair, what each half does is
 * undone by the other.
 * @throws KmsError integrity-failure, root-unavailable; invalid-ciphertext or invalid-key-material where it is another one
 */
export async function opensSample(
  secrets: KeyringSecrets,
  of: SampledVersion,
  backup: string,
  sample: Buffer | null,
): Promise<boolean> {
  return withMaterial(secrets, of, async (material) => {
    if (of.row.publicKey) return isPair(of, material, of.row.publicKey);
    if (!sample) return false;
    const text = textOf(of, backup);
    const message = messageKeyOf(of, material);
    if (message) return message.open(parseCiphertext(sample), CONTEXT).equals(text);
    return loadMac(of, material)?.verify(text, sample) === true;
  });
}

const CONTEXT = canonicalContext({ purpose: 'keystead-backup' });

async function withMaterial<T>(
  secrets: KeyringSecrets,
  { key, row }: SampledVersion,
  work: (material: Secret) => Promise<T>,
): Promise<T> {
  const wrapping = await secrets.wrappingKey(key.keyringId, row.wrappingVersion);
  const { version, publicKey } = row;
  const material = wrapping.unwrapMaterial(row.material, { key, version, publicKey });
  try {
    return await work(material);
  } finally {
    material.destroy();
  }
}

function messageKeyOf({ key, row }: SampledVersion, material: Secret): MessageKey | undefined {
  if (!suiteOf(key.spec)) return undefined;
  return new MessageKey(key.spec, material, key.lineageId, row.version, row.materialId);
}

function loadMac({ key }: SampledVersion, material: Secret): UsableKey['mac'] {
  return algorithmFor(key.spec).load(material).mac;
}

async function isPair({ key }: SampledVersion, material: Secret, publicKey: Buffer): Promise<boolean> {
  const algorithm = algorithmFor(key.spec);
  const [own, others] = [algorithm.load(material), algorithm.loadPublic(publicKey)];
  await mustBePair(own, others);
  return !own.agreement || agrees(own.agreement, key.spec, publicKey);
}

/** With a pair made for this: each half of both agrees on the same. */
async function agrees(
  own: NonNullable<UsableKey['agreement']>,
  spec: KeyRow['spec'],
  publicKey: Buffer,
): Promise<boolean> {
  const algorithm = algorithmFor(spec);
  const other = await algorithm.generate();
  const theirs = algorithm.load(other.material).agreement;
  other.material.destroy();
  if (!other.publicKey || !theirs) return false;
  const [a, b] = [await own.agree(other.publicKey), await theirs.agree(publicKey)];
  const same = a.bytes.equals(b.bytes);
  for (const secret of [a, b]) secret.destroy();
  return same;
}

function textOf({ key, row }: SampledVersion, backup: string): Buffer {
  return Buffer.from(`keystead backup ${backup} key ${key.id} version ${row.version}`);
}
