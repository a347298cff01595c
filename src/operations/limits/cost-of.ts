import { CRYPTO_OPERATIONS, type OperationName } from '../../access/permissions.js';
import type { KeySpec } from '../../crypto/key-spec.js';

/** The most that one item costs. */
export const HIGHEST_COST = 200;

/** What an item of an operation costs; 1 where nothing is said. A unit is about what one AES-GCM request costs in all. */
const OF_OPERATION: Partial<Readonly<Record<OperationName, number>>> = {
  'data-key-pair': HIGHEST_COST,
  'key.create': HIGHEST_COST,
  'key.rotate': HIGHEST_COST,
  'key.import-parameters': HIGHEST_COST,
  'key.import': 50,
  'key.export': 50,
  'key.list': 10,
  'alias.list': 10,
  'policy.simulate': HIGHEST_COST,
  'audit.read': 20,
  'version.exposed': 20,
  'campaign.list': 20,
  'campaign.report': 50,
  'root.rotate': HIGHEST_COST,
  'root.migrate': HIGHEST_COST,
};

/** What the key's private half makes an item dearer by: measured CPU time of one signature, agreement or decryption. */
const OF_SPEC: Partial<Readonly<Record<KeySpec, number>>> = {
  'rsa-2048': 15,
  'rsa-3072': 60,
  'rsa-4096': 150,
  'ecc-p256': 2,
  'ecc-p384': 20,
  'ecc-p521': 30,
  'ecc-secp256k1': 20,
  ed25519: 2,
  x25519: 2,
};
const OF_LATTICE = 50;

const WITH_KEY: ReadonlySet<OperationName> = new Set(CRYPTO_OPERATIONS);
const WITH_PUBLIC_HALF: ReadonlySet<OperationName> = new Set(['encrypt', 'verify', 'encapsulate']);

/** Of one item, before anything is known of its key. */
export function costOf(operation: OperationName): number {
  return OF_OPERATION[operation] ?? 1;
}

/** What the key adds to it. */
export function extraCostOf(operation: OperationName, spec: KeySpec): number {
  if (!WITH_KEY.has(operation)) return 0;
  const extra = OF_SPEC[spec] ?? (spec.startsWith('ml-') ? OF_LATTICE : 0);
  return WITH_PUBLIC_HALF.has(operation) ? Math.ceil(extra / 20) : extra;
}
