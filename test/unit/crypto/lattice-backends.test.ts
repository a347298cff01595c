import { describe, expect, it } from '@jest/globals';
import { mlDsa } from '../../../src/crypto/algorithms/ml-dsa.js';
import { mlKem } from '../../../src/crypto/algorithms/ml-kem.js';
import { preferredBackend } from '../../../src/crypto/lattice-native.js';

const native = preferredBackend() === 'native';
if (!native) console.log(`skipped: Node ${process.version} has no native ML-DSA and ML-KEM to compare with`);
const describeNative = native ? describe : describe.skip;

describeNative.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('%s, native and portable', (spec) => {
  const [here, there] = [mlDsa(spec, 'native'), mlDsa(spec, 'portable')];

  it('make the same key of a seed and verify each other', async () => {
    const key = await here.generate();
    const again = await there.accept(there.toExport(key.material).bytes);
    expect(again.publicKey).toEqual(key.publicKey);
    const message = Buffer.from('one message');
    const sides = [here, there].map((side) => side.load(key.material).signer!);
    const publics = [here, there].map((side) => side.loadPublic(key.publicKey!).signer!);
    for (const side of sides) {
      const signature = await side.sign!('ml-dsa', { message });
      for (const verifier of publics) {
        expect(await verifier.verify('ml-dsa', { message }, signature)).toBe(true);
        expect(await verifier.verify('ml-dsa', { message: Buffer.from('another') }, signature)).toBe(false);
      }
    }
    const digest = Buffer.alloc(64, 7);
    const signature = await sides[0]!.sign!('ml-dsa-external-mu', { digest });
    expect(await publics[1]!.verify('ml-dsa-external-mu', { digest }, signature)).toBe(true);
  });
});

describeNative.each(['ml-kem-512', 'ml-kem-768', 'ml-kem-1024'] as const)('%s, native and portable', (spec) => {
  const [here, there] = [mlKem(spec, 'native'), mlKem(spec, 'portable')];

  it('make the same key of a seed and open each other, rejected ciphertexts alike', async () => {
    const key = await there.generate();
    expect((await here.accept(here.toExport(key.material).bytes)).publicKey).toEqual(key.publicKey);
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      const { sharedSecret, ciphertext } = await from.loadPublic(key.publicKey!).kem!.encapsulate();
      expect((await to.load(key.material).kem!.decapsulate!(ciphertext)).bytes).toEqual(sharedSecret.bytes);
      ciphertext[0]! ^= 1;
      const [one, two] = await Promise.all(
        [here, there].map((side) => side.load(key.material).kem!.decapsulate!(ciphertext)),
      );
      expect(one!.bytes).toEqual(two!.bytes);
      expect(one!.bytes).not.toEqual(sharedSecret.bytes);
    }
  });
});

it('prefers native exactly where the running Node has it', () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [osslMajor = 0, osslMinor = 0] = process.versions.openssl.split('.').map(Number);
  const expected =
    (major > 24 || (major === 24 && minor >= 7)) && (osslMajor > 3 || (osslMajor === 3 && osslMinor >= 5));
  expect(native).toBe(expected);
});
