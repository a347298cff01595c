import type { KmsError } from '../errors.js';
import { keyStateAt } from '../keys/key-states.js';
import type { KeySnapshot } from '../keys/records.js';
import type { Deps } from './deps.js';

/** Says in an error which key it is about. Who is refused learns nothing of it. */
export function aboutKey({ clock }: Deps, error: KmsError, snapshot: KeySnapshot | undefined): KmsError {
  if (!snapshot || error.code === 'permission-denied' || error.code === 'unauthenticated') return error;
  const { id, spec, usage, ...key } = snapshot.key;
  error.key ??= { id, spec, usage, state: keyStateAt(key, clock.now()) };
  return error;
}
