import type { AuditRecord } from '../../../src/audit/record.js';

export const RECORD: AuditRecord = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  at: new Date('2026-11-21T06:00:00.123Z'),
  caller: 'c',
  callerName: 'shop',
  credential: null,
  door: 'rest',
  source: '127.0.0.1',
  operation: 'encrypt',
  resource: 'key/k',
  keyring: 'r',
  key: 'k',
  version: 1,
  outcome: 'success',
  code: null,
  requestId: 'q',
  node: 'n',
  durationUs: 12,
  detail: { contextNames: ['ü', 'a'], b: { z: 1, '10': 2, '9': 3, __proto__x: 4 } },
};
