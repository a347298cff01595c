import type { Resource } from '../../access/grant.js';
import { KmsError } from '../../errors.js';
import type { Deps } from '../deps.js';
import { resourceOfKey } from '../resolve-key.js';

const PATH = /^keyrings\/([^/]+)(?:\/keys\/([^/]+))?$/;

/**
 * @param path `install`, `keyrings/<id or name>` or `keyrings/<id or name>/keys/<id, name or alias>`
 * @throws KmsError invalid-request
 */
export async function askedResource({ ledger }: Deps, path: string): Promise<Resource> {
  if (path === 'install') return { kind: 'install' };
  const [, keyringRef = '', keyRef] = PATH.exec(path) ?? [];
  const { keyringsById, keyringsByName } = await ledger.install();
  const keyring = keyringsById.get(keyringRef) ?? keyringsByName.get(keyringRef);
  if (!keyring) throw unknown();
  if (keyRef === undefined) return { kind: 'keyring', keyringId: keyring.id };
  const snapshot = await ledger.findKey(keyring.id, keyRef);
  if (!snapshot) throw unknown();
  return resourceOfKey(snapshot.key);
}

function unknown(): KmsError {
  return new KmsError(
    'invalid-request',
    'resource: install, keyrings/<keyring> or keyrings/<keyring>/keys/<key>, of what there is',
  );
}
