import { uuidv7 } from '../../src/keys/uuid.js';
import type { KeyRow, VersionRow } from '../../src/keys/records.js';

export type NewKey = Omit<KeyRow, 'revision' | 'versionCount' | 'versionsDigest'>;
export type NewVersion = Omit<VersionRow, 'revision'>;

/** The rows of a key with one version, whose material is none. */
export function sampleKey(keyringId: string, name: string): [NewKey, NewVersion[]] {
  const id = uuidv7();
  const now = new Date();
  const key = {
    id,
    keyringId,
    name,
    description: '',
    spec: 'aes-256-xaes',
    usage: 'encrypt-decrypt',
    state: 'enabled',
    notBefore: null,
    destroyAt: null,
    exportable: false,
    origin: 'generated',
    published: false,
    tags: { team: 'payments', area: 'eu' },
    lineageId: id,
    primaryVersion: 1,
    createdAt: now,
    rotatedAt: null,
  } as const;
  const version = {
    keyId: id,
    version: 1,
    state: 'active',
    reason: null,
    materialId: Buffer.alloc(8, 1),
    publicKey: null,
    fingerprint: null,
    createdAt: now,
    changedAt: now,
    wrappingVersion: 1,
    material: Buffer.from('wrapped'),
  } as const;
  return [key, [version]];
}
