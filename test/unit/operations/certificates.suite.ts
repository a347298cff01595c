import 'reflect-metadata';
import { randomUUID, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Crl } from '@peculiar/x509';
import type { CallerType } from '../../../src/access/records.js';
import { makeCertificateRequest } from '../../../src/client/certificate-request.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createCredential } from '../../../src/operations/access/create-credential.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { revokeCredential } from '../../../src/operations/access/revoke-credential.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { approveCertificate } from '../../../src/operations/certificates/approve-certificate.js';
import { getCertificate } from '../../../src/operations/certificates/get-certificate.js';
import { listCertificates } from '../../../src/operations/certificates/list-certificates.js';
import { rejectCertificate } from '../../../src/operations/certificates/reject-certificate.js';
import { renewCertificate } from '../../../src/operations/certificates/renew-certificate.js';
import {
  requestCertificate,
  type RequestCertificateInput,
} from '../../../src/operations/certificates/request-certificate.js';
import { revokeCertificate } from '../../../src/operations/certificates/revoke-certificate.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { getAuthority } from '../../../src/operations/pki/get-authority.js';
import { initPki } from '../../../src/operations/pki/init-pki.js';
import { codeOf } from '../../support/code-of.js';
import { presentedCertificate } from '../../support/presented-certificate.js';
import type { TestBed } from '../../support/test-bed.js';

const HOUR_MS = 3_600_000;
let names = 0;
const fresh = (): string => `certified-${++names}`;

/** The service's own certificate authority, on whatever it is stored in. */
export function certificatesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`certificates of the service's own authority, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let second: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      second = await personAs('administrator', await bed.arriveAs('administrator'));
    });
    afterAll(() => bed.dispose());

    const add = async (type: CallerType = 'service', by = admin) =>
      (await bed.kms.change(createCaller, { name: fresh(), type }, by)).output.id;
    const arriveOf = async (caller: string) => {
      const { token = '' } = (await bed.kms.change(createToken, { caller }, admin)).output;
      const presented = { kind: 'token', token } as const;
      return bed.kms.arrive({ door: 'test', source: '127.0.0.1', requestId: randomUUID(), presented });
    };
    const personAs = async (role: string, by: Arrival) => {
      const caller = await add('person', by);
      await bed.kms.change(createBinding, { caller, role, scope: { everything: true } }, by);
      return arriveOf(caller);
    };
    const request = async (by: Arrival, more: Partial<RequestCertificateInput> = {}) =>
      (await bed.kms.change(requestCertificate, { csr: makeCertificateRequest().csr, ...more }, by)).output;
    const approve = async (certificate: string, by = second) =>
      (await bed.kms.change(approveCertificate, { certificate }, by)).output;
    const arriveWith = (pem: string | null) => {
      const presented = presentedCertificate(pem);
      return bed.kms.arrive({ door: 'test', source: '192.0.2.1', requestId: randomUUID(), presented });
    };
    const listed = async () => {
      const { crl, ...rest } = await bed.kms.perform(getAuthority, {}, admin);
      return {
        ...rest,
        entries: new X509Crl(crl).entries.map(({ serialNumber, reason }) => [serialNumber, reason ?? null]),
      };
    };

    it('there is none before pki.init, and only one after it', async () => {
      expect(await codeOf(bed.kms.perform(getAuthority, {}, admin))).toBe('certificate-not-found');
      expect(await codeOf(request(admin))).toBe('certificate-not-found');
      for (const trustDomain of ['', 'UPPER.example', 'a b', 'x,CN=y', 'a/b', 'x'.repeat(51)]) {
        expect(await codeOf(bed.kms.change(initPki, { trustDomain }, admin))).toBe('invalid-request');
      }
      for (const more of [{ maxLifetime: 0 }, { maxLifetime: 91 * 86_400 }, { crlUrl: 'ldap://x' }]) {
        const input = { trustDomain: 'prod.example', ...more };
        expect(await codeOf(bed.kms.change(initPki, input, admin))).toBe('invalid-request');
      }
      const keyAdmin = await bed.arriveAs('key-admin');
      expect(await codeOf(bed.kms.change(initPki, { trustDomain: 'prod.example' }, keyAdmin))).toBe(
        'permission-denied',
      );
      const crlUrl = 'http://kms.prod.example/pki/ca.crl';
      const { output } = await bed.kms.change(initPki, { trustDomain: 'prod.example', crlUrl }, admin);
      expect(output).toMatchObject({ trustDomain: 'prod.example', crlNumber: 1, maxLifetime: 7 * 86_400 });
      const own = new X509Certificate(output.certificate);
      expect(own.ca && own.verify(own.publicKey)).toBe(true);
      expect(await codeOf(bed.kms.change(initPki, { trustDomain: 'other.example' }, admin))).toBe('invalid-transition');
      expect(await bed.kms.perform(getAuthority, {}, await bed.arriveAs('verify-only'))).toEqual(output);
    });

    it('a caller asks, a second person approves, and the certificate is the caller until it is revoked', async () => {
      const caller = await add();
      const own = await arriveOf(caller);
      const asked = await request(own);
      expect(asked).toMatchObject({ caller, requester: caller, state: 'pending', certificate: null, lifetime: 86_400 });
      const issued = await approve(asked.id);
      expect(issued).toMatchObject({ state: 'issued', decidedBy: second.caller.id, pin: asked.pin });
      const { certificate: ca } = await bed.kms.perform(getAuthority, {}, own);
      const leaf = new X509Certificate(issued.certificate ?? '');
      const authority = new X509Certificate(ca);
      expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(leaf.subjectAltName).toBe(`URI:spiffe://prod.example/caller/${caller}/${asked.id}`);
      expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
      expect(Date.parse(leaf.validTo)).toBeLessThanOrEqual(bed.clock.now() + 86_400_000);
      expect(Buffer.from(leaf.serialNumber, 'hex')).toHaveLength(16);
      expect(await bed.kms.perform(getCertificate, { certificate: asked.id }, own)).toEqual(issued);

      const arrival = await arriveWith(issued.certificate);
      expect(arrival).toMatchObject({ caller: { id: caller }, credentialId: issued.credential, strength: 'mtls' });
      const revoked = await bed.kms.change(revokeCertificate, { certificate: asked.id, reason: 'compromised' }, admin);
      expect(revoked.output.state).toBe('revoked');
      expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('unauthenticated');
      expect(await codeOf(arriveWith(issued.certificate))).toBe('unauthenticated');
      expect(await listed()).toMatchObject({ crlNumber: 2, entries: [[issued.serial, 1]] });
      const again = bed.kms.change(revokeCertificate, { certificate: asked.id }, admin);
      expect(await codeOf(again)).toBe('invalid-transition');
      const steps = await bed.deps.journal.query({ outcome: 'success', limit: 200 });
      const done = steps.filter(({ resource }) => resource === `certificate/${asked.id}`).map((step) => step.operation);
      expect(done.toReversed().slice(0, 2)).toEqual(['certificate.request', 'certificate.approve']);
      expect(done).toContain('certificate.revoke');
    });

    it('nobody approves himself: not who asked, not whom it lets in, not who was made by who asked, and no program', async () => {
      const asAdmin = await personAs('administrator', admin);
      const own = await request(asAdmin);
      expect(await codeOf(approve(own.id, asAdmin))).toBe('permission-denied');
      const forOther = await request(asAdmin, { caller: second.caller.id });
      expect(await codeOf(approve(forOther.id, asAdmin))).toBe('permission-denied');
      expect(await codeOf(approve(forOther.id, second))).toBe('permission-denied');
      const puppet = await personAs('administrator', asAdmin);
      for (const by of [puppet, await personAs('administrator', puppet)])
        expect(await codeOf(approve(own.id, by))).toBe('permission-denied');
      expect(await codeOf(approve(own.id, await bed.arriveAs('administrator')))).toBe('permission-denied');
      for (const role of ['key-admin', 'approver', 'auditor', 'crypto-user']) {
        expect(await codeOf(approve(own.id, await bed.arriveAs(role)))).toBe('permission-denied');
      }
      expect((await bed.kms.change(rejectCertificate, { certificate: own.id }, second)).output.state).toBe('rejected');
      expect(await codeOf(approve(own.id))).toBe('invalid-transition');
    });

    it('names are for administrators to give: others, and DNS names of nodes that are nobody else’s', async () => {
      const node = await add('node');
      const asNode = await arriveOf(node);
      expect(await codeOf(request(asNode, { dnsNames: ['kms.prod.example'] }))).toBe('permission-denied');
      expect(await codeOf(request(asNode, { caller: admin.caller.id }))).toBe('permission-denied');
      expect(await codeOf(request(asNode, { caller: 'nobody-there' }))).toBe('permission-denied');
      expect(await codeOf(request(admin, { caller: await add(), dnsNames: ['x.example'] }))).toBe('invalid-request');
      expect(await codeOf(request(admin, { caller: node, dnsNames: ['*.example'] }))).toBe('invalid-request');
      const other = await add();
      const match = { dns: 'billing.prod.example' };
      await bed.kms.change(createCredential, { caller: other, kind: 'certificate', match }, admin);
      expect(await codeOf(request(admin, { caller: node, dnsNames: [match.dns] }))).toBe('name-taken');
      const asked = await request(admin, { caller: node, dnsNames: ['kms.prod.example'] });
      const { certificate, credential } = await approve(asked.id);
      const { access } = await bed.deps.ledger.install();
      expect(access.credentials.get(credential ?? '')?.createdBy).toBe(admin.caller.id);
      const leaf = new X509Certificate(certificate ?? '');
      expect(leaf.checkHost('kms.prod.example')).toBe('kms.prod.example');
      expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
      expect((await arriveWith(certificate)).caller.id).toBe(node);
    });

    it('is renewed by itself alone, never for longer, and both hold until the old one ends', async () => {
      const caller = await add();
      const own = await arriveOf(caller);
      const first = await approve((await request(own, { expiresIn: 3600 })).id);
      const { csr } = makeCertificateRequest();
      expect(await codeOf(bed.kms.change(renewCertificate, { csr }, own))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(renewCertificate, { csr }, second))).toBe('permission-denied');
      bed.clock.advance(HOUR_MS / 2);
      const { output: next } = await bed.kms.change(renewCertificate, { csr }, await arriveWith(first.certificate));
      expect(next).toMatchObject({ id: first.id, state: 'issued', credential: first.credential });
      expect(next.expiresAt.getTime()).toBe(first.expiresAt.getTime() + HOUR_MS / 2);
      expect((await arriveWith(first.certificate)).credentialId).toBe(first.credential);
      expect((await arriveWith(next.certificate)).credentialId).toBe(first.credential);
      bed.clock.advance(HOUR_MS / 2);
      const third = await bed.kms.change(
        renewCertificate,
        { csr: makeCertificateRequest().csr },
        await arriveWith(next.certificate),
      );
      expect(await codeOf(arriveWith(first.certificate))).toBe('unauthenticated');
      await bed.kms.change(revokeCertificate, { certificate: first.id }, admin);
      const { entries } = await listed();
      expect(entries).toEqual(
        expect.arrayContaining([
          [next.serial, null],
          [third.output.serial, null],
        ]),
      );
      expect(await codeOf(arriveWith(third.output.certificate))).toBe('unauthenticated');
    });

    it('ends by itself, and so does a request that nobody decides', async () => {
      const own = await arriveOf(await add());
      const issued = await approve((await request(own, { expiresIn: 60 })).id);
      const waiting = await request(own);
      const arrival = await arriveWith(issued.certificate);
      bed.clock.advance(60_000);
      expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('unauthenticated');
      expect(await codeOf(bed.kms.change(renewCertificate, { csr: makeCertificateRequest().csr }, arrival))).toBe(
        'unauthenticated',
      );
      expect(await bed.kms.perform(getCertificate, { certificate: issued.id }, own)).toMatchObject({
        state: 'expired',
      });
      bed.clock.advance(7 * 24 * HOUR_MS);
      expect(await codeOf(approve(waiting.id))).toBe('invalid-transition');
      for (const expiresIn of [0, 1.5, 8 * 86_400])
        expect(await codeOf(request(own, { expiresIn }))).toBe('invalid-request');
    });

    it('the key is part of it: the same name with another key is nobody', async () => {
      const issued = await approve((await request(await arriveOf(await add()))).id);
      const uris = [/URI:(\S+)/.exec(new X509Certificate(issued.certificate ?? '').subjectAltName ?? '')?.[1] ?? ''];
      const pin = `${'p'.repeat(42)}8=`;
      const presented = { kind: 'certificate', certificate: { uris, dnsNames: [], pin, problem: undefined } } as const;
      const arriving = bed.kms.arrive({ door: 'test', source: null, requestId: randomUUID(), presented });
      expect(await codeOf(arriving)).toBe('unauthenticated');
    });

    it('the list comes on schedule, and names what ended with its credential', async () => {
      const issued = await approve((await request(await arriveOf(await add()))).id);
      const { crlNumber: before } = await listed();
      await runMaintenance(bed.kms, bed.deps);
      const quiet = (await listed()).crlNumber;
      await bed.kms.change(revokeCredential, { caller: issued.caller, credential: issued.credential ?? '' }, admin);
      await runMaintenance(bed.kms, bed.deps);
      const published = await listed();
      expect(published.crlNumber).toBe(quiet + 1);
      expect(quiet - before).toBeLessThanOrEqual(1);
      expect(published.entries).toContainEqual([issued.serial, null]);
      bed.clock.advance(12 * HOUR_MS);
      await runMaintenance(bed.kms, bed.deps);
      expect((await listed()).crlNumber).toBe(published.crlNumber + 1);
    });

    it('one’s own can be seen, others’ by who may list them; a flood of requests is bounded', async () => {
      const own = await arriveOf(await add());
      const mine = await request(own);
      const stranger = await arriveOf(await add());
      const see = (by: Arrival, certificate = mine.id) => bed.kms.perform(getCertificate, { certificate }, by);
      for (const by of [own, admin]) expect((await see(by)).id).toBe(mine.id);
      expect(await codeOf(see(stranger))).toBe('permission-denied');
      expect(await codeOf(see(stranger, randomUUID()))).toBe('permission-denied');
      expect(await codeOf(see(admin, randomUUID()))).toBe('certificate-not-found');
      const auditor = await bed.arriveAs('auditor');
      const { items } = await bed.kms.perform(listCertificates, { state: 'pending' }, auditor);
      expect(items.map(({ id }) => id)).toContain(mine.id);
      expect(await codeOf(bed.kms.perform(listCertificates, {}, own))).toBe('permission-denied');
      for (let waiting = 1; waiting < 8; waiting++) await request(own);
      expect(await codeOf(request(own))).toBe('limit-reached');
    });
  });
}
