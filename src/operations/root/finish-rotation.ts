import type { WrappedObject } from '../../keys/wrapped-object.js';
import type { RootKey } from '../../roots/root-key.js';
import type { Deps } from '../deps.js';
import { wrappedContext } from '../keyring-secrets.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { eachWrapping } from './each-wrapping.js';
import { resolveRoot } from './resolve-root.js';

export interface RotationFinished {
  readonly rootId: string;
  readonly rootVersion: number;
  readonly rewrapped: number;
}

/** Rewraps whatever an older version of the root wraps: the end of every rotation, also of one made in Vault itself. */
export const finishRotation: ChangeOperation<object, Resolved, RotationFinished> = {
  name: 'root.rotate',
  resolve: resolveRoot('root.rotate'),

  async run(deps, _resolved, _input, commit) {
    const { active } = deps.root;
    const rootVersion = await active.newestVersion();
    let rewrapped = 0;
    await eachWrapping(deps.root.wrappings, { root: active.id, olderThan: rootVersion }, async (wrapped) => {
      await rewrap(deps, active, wrapped);
      rewrapped += 1;
    });
    const output = { rootId: active.id, rootVersion, rewrapped };
    return commit([], async () => ({ output, detail: { ...output } }));
  },
};

async function rewrap(deps: Deps, root: RootKey, wrapped: WrappedObject): Promise<void> {
  const context = wrappedContext(wrapped);
  const secret = await root.unwrap(wrapped, context);
  try {
    await deps.root.wrappings.replace({ ...wrapped, ...(await root.wrap(secret, context)) }, wrapped);
  } finally {
    secret.destroy();
  }
}
