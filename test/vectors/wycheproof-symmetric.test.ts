import { createSecretKey } from 'node:crypto';
import { unwrapKwp, wrapKwp } from '../../src/crypto/aes-kwp.js';
import { algorithmFor } from '../../src/crypto/algorithms.js';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { Secret } from '../../src/crypto/secret.js';
import { describeWycheproof, hex, type Group, type Vector, type Verdict } from './wycheproof.js';

describeWycheproof('aes_gcm.json', (vector, group) => {
  const specs: Record<string, KeySpec> = { '128': 'aes-128-gcm', '256': 'aes-256-gcm' };
  return sealsAndOpens(specs[String(group.keySize)], vector, group);
});

describeWycheproof('chacha20_poly1305.json', (vector, group) => sealsAndOpens('chacha20-poly1305', vector, group));

async function sealsAndOpens(spec: KeySpec | undefined, vector: Vector, group: Group): Promise<Verdict> {
  const [key, iv, aad, msg] = [vector.key, vector.iv, vector.aad, vector.msg].map(hex) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const sealed = Buffer.concat([hex(vector.ct), hex(vector.tag)]);
  if (spec === undefined) {
    // AES-192: no spec here takes such a key.
    const refusals = await Promise.allSettled([
      algorithmFor('aes-128-gcm').accept(key),
      algorithmFor('aes-256-gcm').accept(key),
    ]);
    return refusals.every(({ status }) => status === 'rejected') && 'unsupported';
  }
  const { aead } = algorithmFor(spec).load((await algorithmFor(spec).accept(key)).material);
  const opened = aead!.open(iv, sealed, aad);
  if (group.ivSize !== 96) return opened === undefined && (vector.result === 'invalid' ? false : 'unsupported');
  if (opened === undefined) return false;
  return opened.equals(msg) && aead!.seal(iv, msg, aad).equals(sealed);
}

describeWycheproof('hmac_sha256.json', async (vector, group) => {
  const [key, msg, tag] = [vector.key, vector.msg, vector.tag].map(hex) as [Buffer, Buffer, Buffer];
  const { mac } = algorithmFor('hmac-sha-256').load(new Secret(key));
  const tagBytes = Number(group.tagSize) / 8;
  if (tagBytes < 32) {
    // A truncated tag never verifies here; whether it is the right one shows in the full MAC.
    if (mac!.verify(msg, tag)) throw new Error('took a truncated MAC');
    return mac!.mac(msg).subarray(0, tagBytes).equals(tag);
  }
  return mac!.verify(msg, tag);
});

describeWycheproof('aes_kwp.json', async (vector) => {
  const kek = createSecretKey(hex(vector.key));
  const [msg, ct] = [hex(vector.msg), hex(vector.ct)];
  const opened = unwrapKwp(kek, ct);
  if (opened === undefined) return false;
  return opened.equals(msg) && wrapKwp(kek, msg).equals(ct);
});
