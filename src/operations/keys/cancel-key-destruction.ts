import { changeKeyState } from './change-key-state.js';

/** The key comes back disabled; one that never had material waits for its import again. */
export const cancelKeyDestruction = changeKeyState({
  name: 'key.cancel-destruction',
  action: 'cancel-destruction',
  columns: ({ key: { primaryVersion, multiRegion } }) => ({
    destroyAt: null,
    ...(multiRegion ? { multiRegion: { primary: multiRegion.primary, replicas: multiRegion.replicas } } : {}),
    ...(primaryVersion === 0 ? { state: 'pending-import' } : {}),
  }),
});
