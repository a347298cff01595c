import { KmsError } from '../../errors.js';
import { changeKeyState } from './change-key-state.js';
import { stateOnceEnabled } from './state-once-enabled.js';

export const enableKey = changeKeyState({
  name: 'key.enable',
  action: 'enable',
  columns: ({ key, versions }, _input, now) => {
    const primary = versions[key.primaryVersion - 1];
    if (primary?.state === 'active') return { state: stateOnceEnabled(key, now), enabledAt: new Date(now) };
    const way =
      key.origin === 'generated'
        ? 'revoke the key with replace, which makes a new version, then enable it'
        : 'create a new key, bring material to it, and move the aliases';
    throw new KmsError(
      'invalid-transition',
      `the key's primary version is ${primary?.state ?? 'missing'}, so there is nothing to enable: ${way}`,
    );
  },
});
