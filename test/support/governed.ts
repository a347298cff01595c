import { randomUUID } from 'node:crypto';
import { createBinding } from '../../src/operations/access/create-binding.js';
import { createCaller } from '../../src/operations/access/create-caller.js';
import { createCredential } from '../../src/operations/access/create-credential.js';
import { createToken } from '../../src/operations/access/create-token.js';
import { approveRequest } from '../../src/operations/approvals/decide-approval.js';
import type { Arrival } from '../../src/operations/arrival.js';
import { createKeyring } from '../../src/operations/keyrings/create-keyring.js';
import { updateKeyring } from '../../src/operations/keyrings/update-keyring.js';
import { isKmsError } from '../../src/errors.js';
import { asToken } from './as-token.js';
import type { TestBed } from './test-bed.js';

const DOOR = { door: 'test', source: '192.0.2.1' } as const;

/** Somebody who was made through the service. */
export interface Member {
  readonly id: string;
  /** With a client certificate, on a new request. */
  arrive(approval?: string): Promise<Arrival>;
}

/** People and keyrings under dual control, made by an administrator who asks for nothing himself. */
export class Governed {
  private constructor(
    readonly bed: TestBed,
    /** Makes and binds everybody. */
    readonly maker: Arrival,
  ) {}

  static async in(bed: TestBed): Promise<Governed> {
    return new Governed(bed, await bed.arriveAs('administrator'));
  }

  /** A new caller with a client certificate, and a role if one is given. */
  async member(
    role?: string,
    scope: { everything: true } | { keyring: string } = { everything: true },
    { type = 'person', by = this.maker }: { type?: 'person' | 'service'; by?: Arrival } = {},
  ): Promise<Member> {
    const { kms } = this.bed;
    const name = `m-${randomUUID().slice(0, 23)}`;
    const { id } = (await kms.change(createCaller, { name, type }, by)).output;
    const match = { dns: `${id}.example` };
    await kms.change(createCredential, { caller: id, kind: 'certificate', match }, by);
    if (role !== undefined) await this.bind(id, role, scope, by);
    const certificate = { uris: [], dnsNames: [match.dns], pin: '', problem: undefined };
    const presented = { kind: 'certificate', certificate } as const;
    return {
      id,
      arrive: (approval) =>
        kms.arrive({ ...DOOR, requestId: randomUUID(), presented, ...(approval === undefined ? {} : { approval }) }),
    };
  }

  async bind(
    caller: string,
    role: string,
    scope: { everything: true } | { keyring: string },
    by = this.maker,
  ): Promise<string> {
    return (await this.bed.kms.change(createBinding, { caller, role, scope }, by)).output.id;
  }

  /** By an API token: a single factor. */
  async arriveByToken(caller: string): Promise<Arrival> {
    const { token } = (await this.bed.kms.change(createToken, { caller }, this.maker)).output;
    return this.bed.kms.arrive({ ...DOOR, requestId: randomUUID(), presented: asToken(token) });
  }

  /** A keyring with so many approvers, of whom all must agree. */
  async keyring(
    approvers: number,
    operations: string[] = [],
  ): Promise<{ readonly id: string; readonly approvers: readonly Member[] }> {
    const { id } = (await this.bed.kms.change(createKeyring, { name: `k-${randomUUID().slice(0, 23)}` }, this.maker))
      .output;
    const members: Member[] = [];
    for (let i = 0; i < approvers; i++) members.push(await this.member('approver', { keyring: id }));
    await this.bed.kms.change(updateKeyring, { keyring: id, dualControl: { approvers, operations } }, this.maker);
    // Approvers are bound before the request.
    this.bed.clock.advance(1000);
    return { id, approvers: members };
  }

  async approve(approval: string, ...approvers: readonly Member[]): Promise<string> {
    let state = 'none';
    for (const approver of approvers) {
      state = (await this.bed.kms.change(approveRequest, { approval }, await approver.arrive())).output.state;
    }
    return state;
  }
}

/** The id of the request that a call made. @throws Error when it made none */
export async function approvalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isKmsError(error, 'approval-required') && 'approval' in error) return String(error.approval);
    throw error;
  }
  throw new Error('the call was carried out, and needed no approval');
}
