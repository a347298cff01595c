import type { GovernedKey, VersionUsage } from '../../../src/rotation/governed-key.js';

export const DAY = 86_400_000;
export const START = Date.UTC(2030, 0, 1);

/** A key of one version, made at `START`. */
export function governed(changes: Partial<GovernedKey['key']> = {}, rest: Partial<GovernedKey> = {}): GovernedKey {
  const at = new Date(START);
  return {
    key: {
      id: '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60',
      spec: 'aes-256-xaes',
      usage: 'encrypt-decrypt',
      state: 'enabled',
      notBefore: null,
      origin: 'generated',
      primaryVersion: 1,
      createdAt: at,
      ...changes,
    },
    versions: [{ version: 1, state: 'active', createdAt: at, changedAt: at }],
    usage: new Map(),
    since: START,
    toldThrough: START,
    ...rest,
  };
}

export function used(
  version: number,
  lastUsedAt: number,
  counts: Partial<VersionUsage> = {},
): readonly [number, VersionUsage] {
  return [version, { messages: 1, bytes: 0, lastUsedAt, ...counts }];
}
