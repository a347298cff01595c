import type { Resource } from '../../access/grant.js';
import type { BindingScope } from '../../access/records.js';

/** What must be administered by whoever binds or unbinds there; for tags it is the whole keyring, for any key may get them. */
export function resourceOf(scope: BindingScope): Resource {
  if ('everything' in scope) return { kind: 'install' };
  if ('key' in scope) return { kind: 'key', keyringId: scope.keyring, keyId: scope.key, tags: {} };
  return { kind: 'keyring', keyringId: scope.keyring };
}

/** The keyring and key of an audit record about a binding. */
export function subjectPartsOf(scope: BindingScope): { readonly keyring?: string; readonly key?: string } {
  if ('everything' in scope) return {};
  return 'key' in scope ? scope : { keyring: scope.keyring };
}
