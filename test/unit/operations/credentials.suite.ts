import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Presented, PresentedCertificate } from '../../../src/access/presented.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createCredential } from '../../../src/operations/access/create-credential.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { listCredentials } from '../../../src/operations/access/list-credentials.js';
import { listTokens } from '../../../src/operations/access/list-tokens.js';
import { revokeCredential } from '../../../src/operations/access/revoke-credential.js';
import { revokeToken } from '../../../src/operations/access/revoke-token.js';
import { rotateToken } from '../../../src/operations/access/rotate-token.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY_MS = 86_400_000;
const PIN = `${'p'.repeat(42)}8=`;
const OTHER_PIN = `${'q'.repeat(42)}8=`;
let names = 0;
const fresh = (): string => `mapped-${++names}`;

function certificate(given: Partial<PresentedCertificate>): Presented {
  return {
    kind: 'certificate',
    certificate: { uris: [], dnsNames: [], pin: OTHER_PIN, problem: undefined, ...given },
  };
}

/** Credentials that others issue, on whatever they are stored in. */
export function credentialsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`credentials that others issue, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
    });
    afterAll(() => bed.dispose());

    const addCaller = async () =>
      (await bed.kms.change(createCaller, { name: fresh(), type: 'service' }, admin)).output.id;
    type Match = { spiffe: string } | { dns: string } | { pin: string };
    const add = async (caller: string, match: Match, more: { expiresIn?: number } = {}) =>
      (await bed.kms.change(createCredential, { caller, kind: 'certificate', match, ...more }, admin)).output;
    const arrive = (presented: Presented | undefined) =>
      bed.kms.arrive({ door: 'test', source: '192.0.2.1', requestId: randomUUID(), presented });
    const lastRefusal = async () => {
      const [record] = await bed.deps.journal.query({ operation: 'authenticate', outcome: 'denied', limit: 1 });
      return record?.detail;
    };

    it.each<[string, Match, Partial<PresentedCertificate>]>([
      ['its SPIFFE id', { spiffe: 'spiffe://prod.example/a/b' }, { uris: ['spiffe://prod.example/a/b'] }],
      ['a DNS name', { dns: 'one.prod.example' }, { dnsNames: ['other.example', 'one.prod.example'] }],
      ['its public key', { pin: PIN }, { pin: PIN }],
    ])('a client certificate lets its caller in by %s, with the strength mtls', async (_by, match, presented) => {
      const caller = await addCaller();
      const made = await add(caller, match);
      expect(made).toMatchObject({ kind: 'certificate', match, state: 'active', caller });
      expect(made.expiresAt).toEqual(new Date(bed.clock.now() + 400 * DAY_MS));
      const arrival = await arrive(certificate(presented));
      expect(arrival).toMatchObject({ caller: { id: caller }, credentialId: made.id, strength: 'mtls' });
      expect(await bed.kms.perform(whoami, {}, arrival)).toMatchObject({ id: caller, credential: { id: made.id } });
      expect(await codeOf(arrive(certificate({ ...presented, problem: 'CERT_REVOKED' })))).toBe('unauthenticated');
      expect(await lastRefusal()).toEqual({
        presented: 'certificate',
        reason: 'certificate-not-verified',
        about: 'CERT_REVOKED',
      });
      await bed.kms.change(revokeCredential, { caller, credential: made.id }, admin);
      expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('unauthenticated');
      expect(await codeOf(arrive(certificate(presented)))).toBe('unauthenticated');
      expect(await lastRefusal()).toMatchObject({ reason: 'ended-credential' });
    });

    it('a certificate nobody has a credential for opens nothing, and the record says which it was', async () => {
      const uris = ['spiffe://prod.example/nobody'];
      expect(await codeOf(arrive(certificate({ uris })))).toBe('unauthenticated');
      expect(await lastRefusal()).toEqual({ presented: 'certificate', reason: 'unknown-certificate', about: uris[0] });
    });

    it('a certificate with two URIs is no SPIFFE identity', async () => {
      const caller = await addCaller();
      await add(caller, { spiffe: 'spiffe://prod.example/two' });
      const uris = ['spiffe://prod.example/two', 'spiffe://prod.example/three'];
      expect(await codeOf(arrive(certificate({ uris })))).toBe('unauthenticated');
      expect((await arrive(certificate({ uris: uris.slice(0, 1) }))).caller.id).toBe(caller);
    });

    it('names are not matched by halves: neither wildcards, nor parts, nor other letters', async () => {
      const caller = await addCaller();
      await add(caller, { dns: 'exact.prod.example' });
      for (const name of ['*.prod.example', 'prod.example', 'exact.prod.example.', 'a.exact.prod.example']) {
        expect(await codeOf(arrive(certificate({ dnsNames: [name] })))).toBe('unauthenticated');
      }
      for (const dns of ['*.prod.example', 'Exact.prod.example', 'exact.prod.example.', '', 'a b']) {
        expect(await codeOf(add(caller, { dns }))).toBe('invalid-request');
      }
      for (const spiffe of [
        'https://a/b',
        'spiffe://a',
        'spiffe://A/b',
        'spiffe://a/../b',
        'spiffe://a/b/',
        'spiffe://a/b?c',
      ]) {
        expect(await codeOf(add(caller, { spiffe }))).toBe('invalid-request');
      }
      for (const pin of ['', 'a', 'p'.repeat(44), `sha256/${PIN}`, `${'p'.repeat(43)}=`]) {
        expect(await codeOf(add(caller, { pin }))).toBe('invalid-request');
      }
    });

    it('a certificate that fits the credentials of two callers is neither', async () => {
      const [one, two] = [await addCaller(), await addCaller()];
      await add(one, { dns: 'both.example' });
      const second = await add(two, { spiffe: 'spiffe://both.example/x' });
      const both = certificate({ dnsNames: ['both.example'], uris: ['spiffe://both.example/x'] });
      expect(await codeOf(arrive(both))).toBe('unauthenticated');
      expect(await lastRefusal()).toMatchObject({ reason: 'ambiguous-credential' });
      await bed.kms.change(revokeCredential, { caller: two, credential: second.id }, admin);
      expect((await arrive(both)).caller.id).toBe(one);
    });

    it('one identity is one caller: a second is refused with the first named, until that ends', async () => {
      const [one, two] = [await addCaller(), await addCaller()];
      const first = await add(one, { dns: 'mine.example' }, { expiresIn: 60 });
      expect(await codeOf(add(two, { dns: 'mine.example' }))).toBe('name-taken');
      await add(one, { dns: 'mine.example' }, { expiresIn: 30 });
      expect((await arrive(certificate({ dnsNames: ['mine.example'] }))).caller.id).toBe(one);
      bed.clock.advance(30_000);
      expect((await arrive(certificate({ dnsNames: ['mine.example'] }))).credentialId).toBe(first.id);
      bed.clock.advance(30_000);
      expect(await codeOf(arrive(certificate({ dnsNames: ['mine.example'] })))).toBe('unauthenticated');
      await add(two, { dns: 'mine.example' });
      expect((await arrive(certificate({ dnsNames: ['mine.example'] }))).caller.id).toBe(two);
    });

    it('a disabled caller has no way in', async () => {
      const caller = await addCaller();
      await add(caller, { dns: 'disabled.example' });
      await bed.kms.change(disableCaller, { caller }, admin);
      expect(await codeOf(arrive(certificate({ dnsNames: ['disabled.example'] })))).toBe('unauthenticated');
      expect(await lastRefusal()).toMatchObject({ reason: 'disabled-caller' });
    });

    it('are listed with tokens, but are no tokens', async () => {
      const caller = await addCaller();
      const { id: credential } = await add(caller, { dns: 'listed.example' });
      const { output: token } = await bed.kms.change(createToken, { caller }, admin);
      const { items } = await bed.kms.perform(listCredentials, { caller }, admin);
      expect(items.map(({ id, kind }) => [id, kind])).toEqual(
        expect.arrayContaining([
          [credential, 'certificate'],
          [token.id, 'token'],
        ]),
      );
      expect(items.every((item) => !('hash' in item))).toBe(true);
      const tokens = await bed.kms.perform(listTokens, { caller }, admin);
      expect(tokens.items.map(({ id }) => id)).toEqual([token.id]);
      const asToken = { caller, token: credential };
      expect(await codeOf(bed.kms.change(revokeToken, asToken, admin))).toBe('credential-not-found');
      expect(await codeOf(bed.kms.change(rotateToken, asToken, admin))).toBe('credential-not-found');
      // An id is public: presented as a token it is worth nothing.
      expect(await codeOf(arrive({ kind: 'token', token: credential }))).toBe('unauthenticated');
      await bed.kms.change(revokeCredential, { caller, credential: token.id }, admin);
      expect(await codeOf(arrive({ kind: 'token', token: token.token! }))).toBe('unauthenticated');
    });

    it('are for administrators alone, and for issuers that are trusted', async () => {
      const caller = await addCaller();
      const keyAdmin = await bed.arriveAs('key-admin');
      const input = { caller, kind: 'certificate', match: { dns: 'denied.example' } } as const;
      expect(await codeOf(bed.kms.change(createCredential, input, keyAdmin))).toBe('permission-denied');
      expect(await codeOf(bed.kms.perform(listCredentials, { caller }, keyAdmin))).toBe('permission-denied');
      const match = { issuer: 'https://nobody.example', subject: 'x' };
      expect(await codeOf(bed.kms.change(createCredential, { caller, kind: 'jwt', match }, admin))).toBe(
        'invalid-request',
      );
      expect(await codeOf(arrive({ kind: 'jwt', jwt: 'a.b.c' }))).toBe('unauthenticated');
      expect(await lastRefusal()).toEqual({ presented: 'jwt', reason: 'malformed' });
    });
  });
}
