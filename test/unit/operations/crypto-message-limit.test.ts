import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeySpec } from '../../../src/crypto/key-spec.js';
import { MESSAGE_LIMITS, MessageCounters } from '../../../src/keys/message-counters.js';
import type { KeySnapshot } from '../../../src/keys/records.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import type { Deps } from '../../../src/operations/deps.js';
import { spendMessage } from '../../../src/operations/spend-message.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

const keyring = 'default';
let bed: TestBed;
let admin: Arrival;

beforeAll(async () => {
  bed = await makeMemoryBed();
  admin = await bed.arriveAs('key-admin');
});
afterAll(() => bed.dispose());

/** A counter that begins where a test wants it, and says what was asked of it. */
class CountersFrom extends MessageCounters {
  readonly asked: number[] = [];

  constructor(private reserved: number) {
    super();
  }

  override async reserve(_keyringId: string, _keyId: string, _version: number, messages: number): Promise<number> {
    this.asked.push(messages);
    this.reserved += messages;
    return this.reserved;
  }
}

async function snapshotOf(spec: KeySpec): Promise<KeySnapshot> {
  const { output } = await bed.kms.change(createKey, { keyring, spec, usage: 'encrypt-decrypt' }, admin);
  const snapshot = await bed.deps.ledger.findKey(bed.keyringId, output.id);
  if (!snapshot) throw new Error('the key is not there');
  return snapshot;
}

/** @returns a function that spends one message, and what it caused */
async function meter(spec: KeySpec, reserved: number) {
  const snapshot = await snapshotOf(spec);
  const counters = new CountersFrom(reserved);
  const rotations: string[] = [];
  const deps: Pick<Deps, 'counters' | 'rotateSoon'> = {
    counters,
    rotateSoon: (_, keyId) => void rotations.push(keyId),
  };
  const [row] = snapshot.versions;
  if (!row) throw new Error('the key has no version');
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- it needs no more of them
  const spend = () => spendMessage(deps as Deps, snapshot, row);
  return { spend, counters, rotations, keyId: snapshot.key.id };
}

describe('a spec with 96-bit nonces', () => {
  it('is counted in blocks that grow, and between them without waiting', async () => {
    const { spend, counters, rotations } = await meter('aes-256-gcm', 0);
    for (let i = 0; i < 64 + 256 + 1; i++) await spend();
    expect(counters.asked).toEqual([64, 256, 1024]);
    expect(spend()).toBeUndefined();
    expect(rotations).toEqual([]);
  });

  it('reserves once for all that wait', async () => {
    const { spend, counters } = await meter('chacha20-poly1305', 0);
    await Promise.all(Array.from({ length: 100 }, async () => spend()));
    expect(counters.asked).toEqual([64, 256]);
  });

  it('never reserves more than the block at once', async () => {
    const { spend, counters } = await meter('aes-128-gcm', 0);
    for (let i = 0; i < 64 + 256 + 1024 + 4096 + 16_384 + 65_536 + 1; i++) {
      const waiting = spend();
      if (waiting) await waiting;
    }
    expect(counters.asked.slice(-2)).toEqual([MESSAGE_LIMITS.block, MESSAGE_LIMITS.block]);
  });

  it('asks for a rotation at 2^31 messages and goes on', async () => {
    const { spend, counters, rotations, keyId } = await meter('aes-256-gcm', MESSAGE_LIMITS.rotateAt - 64 - 1);
    await spend();
    expect(rotations).toEqual([]);
    for (let i = 0; i < 64; i++) await spend();
    expect(rotations).toEqual([keyId]);
    expect(counters.asked).toEqual([64, 256]);
  });

  it('seals the last of its 2^32 messages and refuses the next', async () => {
    const { spend, counters } = await meter('aes-256-gcm', MESSAGE_LIMITS.refuseAt - 10);
    for (let i = 0; i < 10; i++) await spend();
    for (let i = 0; i < 3; i++) {
      await expect(spend()).rejects.toMatchObject({
        code: 'message-limit-reached',
        detail: expect.stringContaining('rotate'),
      });
    }
    expect(counters.asked).toHaveLength(1);
  });

  it('is refused at once when others used the rest up', async () => {
    const { spend } = await meter('aes-256-gcm', MESSAGE_LIMITS.refuseAt);
    await expect(spend()).rejects.toMatchObject({ code: 'message-limit-reached' });
  });
});

describe('a spec whose nonces do not run out', () => {
  it.each(['aes-256-xaes', 'rsa-2048'] as const)('counts nothing: %s', async (spec) => {
    const { spend, counters } = await meter(spec, MESSAGE_LIMITS.refuseAt);
    for (let i = 0; i < 3; i++) expect(spend()).toBeUndefined();
    expect(counters.asked).toEqual([]);
  });
});
