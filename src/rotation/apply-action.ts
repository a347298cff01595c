import type { DueAction } from './due-action.js';
import type { GovernedKey } from './governed-key.js';

/** The key once the action was done: what the engine makes of the rows, without a database. */
export function applyAction(governed: GovernedKey, { kind, version, at: dueAt }: DueAction, now: number): GovernedKey {
  const at = new Date(now);
  const { key, versions } = governed;
  if (kind === 'tell') return { ...governed, toldThrough: dueAt };
  if (kind === 'disable') return { ...governed, key: { ...key, state: 'disabled' } };
  if (kind === 'rotate') {
    const next = { version: versions.length + 1, state: 'active', createdAt: at, changedAt: at } as const;
    const former = versions.map((row) => (row.version === key.primaryVersion ? { ...row, changedAt: at } : row));
    return { ...governed, key: { ...key, primaryVersion: next.version }, versions: [...former, next] };
  }
  const state = kind === 'retire' ? 'retired' : 'destroyed';
  const moved = versions.map((row) => (row.version === version ? ({ ...row, state, changedAt: at } as const) : row));
  return { ...governed, versions: moved };
}
