import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { Secret } from '../../src/crypto/secret.js';
import { parseCiphertext } from '../../src/keys/ciphertext.js';
import { canonicalContext } from '../../src/keys/encryption-context.js';
import { MessageKey } from '../../src/keys/message-key.js';

interface Vector {
  readonly spec: KeySpec;
  readonly purpose: 'message' | 'data-key' | 'data-key-pair';
  readonly material: string;
  readonly lineageId: string;
  readonly version: number;
  readonly materialId: string;
  readonly context: Readonly<Record<string, string>>;
  readonly canonicalContext: string;
  readonly plaintext: string;
  readonly ciphertext: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('ciphertext-v1/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

const hex = (text: string) => Buffer.from(text, 'hex');

function keyOf({ spec, material, lineageId, version, materialId }: Vector): MessageKey {
  return new MessageKey(spec, new Secret(hex(material)), lineageId, version, hex(materialId));
}

/** Suite number, key and nonce bytes, and the cipher that seals in the end. */
const SUITES = {
  'aes-256-xaes': [1, 24, 'aes-256-gcm'],
  'aes-256-gcm': [2, 12, 'aes-256-gcm'],
  'aes-128-gcm': [3, 12, 'aes-128-gcm'],
  'chacha20-poly1305': [4, 12, 'chacha20-poly1305'],
} as const;

/** The page docs/formats/ciphertext.md in code, without a line of ours: the same bytes must come of it. */
function sealByThePage(vector: Vector): Buffer {
  const [suite, nonceBytes, cipherName] = SUITES[vector.spec as keyof typeof SUITES];
  const material = hex(vector.material);
  const nonce = hex(vector.ciphertext).subarray(34, 34 + nonceBytes);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(vector.version);
  const purpose = ['message', 'data-key', 'data-key-pair'].indexOf(vector.purpose) + 1;
  const lineage = hex(vector.lineageId.replaceAll('-', ''));
  const committed = Buffer.concat([
    Buffer.from('KST\u0001'),
    Buffer.of(suite, purpose),
    lineage,
    version,
    hex(vector.materialId),
    nonce,
  ]);
  const commitmentKey = Buffer.from(hkdfSync('sha256', material, '', 'keystead/v1/commitment', 32));
  const header = Buffer.concat([committed, createHmac('sha256', commitmentKey).update(committed).digest()]);
  const aad = Buffer.concat([Buffer.from('keystead/ciphertext/v1'), header, hex(vector.canonicalContext)]);
  const [key, iv] = nonceBytes === 24 ? xaes(material, nonce) : [material, nonce];
  const cipher = createCipheriv(cipherName as 'aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(aad);
  return Buffer.concat([header, cipher.update(hex(vector.plaintext)), cipher.final(), cipher.getAuthTag()]);
}

/** c2sp.org/XAES-256-GCM: the key and nonce for AES-256-GCM. */
function xaes(key: Buffer, nonce: Buffer): readonly [Buffer, Buffer] {
  const aes = (block: Buffer) => createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);
  const l = BigInt(`0x${aes(Buffer.alloc(16)).toString('hex')}`);
  const k1 = ((l << 1n) ^ (l >> 127n ? 0x87n : 0n)) & ((1n << 128n) - 1n);
  const half = (counter: number) => {
    const block = Buffer.concat([Buffer.of(0, counter, 0x58, 0), nonce.subarray(0, 12)]);
    const masked = BigInt(`0x${block.toString('hex')}`) ^ k1;
    return aes(hex(masked.toString(16).padStart(32, '0')));
  };
  return [Buffer.concat([half(1), half(2)]), nonce.subarray(12)];
}

describe.each(vectors)('the frozen ciphertext of $spec for a $purpose, version $version', (vector) => {
  const ciphertext = hex(vector.ciphertext);
  const bound = canonicalContext(vector.context);

  it('opens', () => {
    const parsed = parseCiphertext(ciphertext);
    const { lineageId, version, purpose } = vector;
    expect(parsed).toMatchObject({ lineageId, version, purpose, suite: { spec: vector.spec } });
    expect(keyOf(vector).open(parsed, bound).toString('hex')).toBe(vector.plaintext);
  });

  it('is what the format page says, byte for byte', () => {
    expect(bound.toString('hex')).toBe(vector.canonicalContext);
    expect(sealByThePage(vector).toString('hex')).toBe(vector.ciphertext);
  });

  it('does not open under another material id, lineage material or context', () => {
    const parsed = parseCiphertext(ciphertext);
    const others = [
      keyOf({ ...vector, materialId: '0000000000000000' }),
      keyOf({ ...vector, material: vector.material.replace(/^../, 'ff') }),
    ];
    for (const other of others) expect(() => other.open(parsed, bound)).toThrow(/^invalid-ciphertext/);
    const moreBound = canonicalContext({ ...vector.context, more: '' });
    expect(() => keyOf(vector).open(parsed, moreBound)).toThrow(/^invalid-ciphertext/);
  });
});

it('there is a frozen ciphertext of every suite for every purpose', () => {
  const kinds = new Set(vectors.map(({ spec, purpose }) => `${spec} ${purpose}`));
  expect(kinds.size).toBe(12);
});
