import type { Secret } from '../crypto/secret.js';
import { KmsError } from '../errors.js';

/** @throws KmsError shutting-down */
export function mustBeOpen(closed: boolean): void {
  if (closed) throw new KmsError('shutting-down', 'The root key is closed: the service is stopping');
}

/** @throws KmsError invalid-key-material */
export function mustBeWrappable(key: Secret): void {
  if (key.bytes.length !== 32) {
    throw new KmsError('invalid-key-material', `A root wraps keys of 32 bytes, not ${key.bytes.length}`);
  }
}

/** @throws KmsError wrong-root-key */
export function mustBeRootKeyOf(wrappedBy: string, id: string): void {
  if (wrappedBy !== id) {
    throw new KmsError('wrong-root-key', `This key is wrapped by the root ${wrappedBy}, and this is the root ${id}`);
  }
}
