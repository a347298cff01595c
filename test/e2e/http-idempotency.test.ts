import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Server, type Tokens } from '../support/server.js';

const KEYS = '/api/v1/keyrings/default/keys';

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
});
afterAll(async () => server.remove());

describe('an Idempotency-Key', () => {
  it('answers a repeat with what was made, says so, and keeps the secret', async () => {
    const { id } = (await call(server, tokens.admin, 'POST', '/api/v1/callers', { name: 'once', type: 'service' }))
      .body;
    const path = `/api/v1/callers/${id}/tokens`;
    const headers = { 'idempotency-key': 'one token' };
    const first = await call(server, tokens.admin, 'POST', path, {}, headers);
    const again = await call(server, tokens.admin, 'POST', path, {}, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ id: first.body.id, replayed: true });
    expect(again.body).not.toHaveProperty('token');
    const other = await call(server, tokens.admin, 'POST', path, { description: 'other' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
  });

  it('rotates once', async () => {
    const { id } = (await call(server, tokens.keyAdmin, 'POST', KEYS, {})).body;
    const headers = { 'idempotency-key': 'one rotation' };
    const path = `${KEYS}/${id}/rotate`;
    const rotate = async () => (await call(server, tokens.keyAdmin, 'POST', path, {}, headers)).body.primaryVersion;
    expect([await rotate(), await rotate()]).toEqual([2, 2]);
  });
});
