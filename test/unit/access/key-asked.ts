import type { KeyRequest } from '../../../src/access/key-rules/key-request.js';

export const ACCOUNT = { accountId: '000000000001', region: 'us-east-1' };
export const ROOT = 'arn:aws:iam::000000000001:root';
export const ALICE = 'arn:aws:iam::000000000001:user/alice';
export const BOB = 'arn:aws:iam::000000000001:user/bob';
export const KEY = {
  id: 'k',
  spec: 'aes-256-xaes',
  usage: 'encrypt-decrypt',
  origin: 'generated',
  tags: { team: 'x' },
} as const;

/** A request by Alice, unless it says otherwise. */
export function ask(action: string, more: Partial<KeyRequest> = {}): KeyRequest {
  return {
    principals: [ALICE],
    action,
    key: KEY,
    account: ACCOUNT,
    context: undefined,
    source: '192.0.2.7',
    strength: 'single',
    now: Date.parse('2026-11-21T12:00:00Z'),
    asked: {},
    ...more,
  };
}
