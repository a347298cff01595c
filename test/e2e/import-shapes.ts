import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { Done } from './policy-shapes.js';

const KEYS = '/api/v1/keyrings/default/keys';

/** Every route of imports and exports. @param done a call that must succeed, in the shape that the API's description gives */
export async function importShapes(done: Done): Promise<void> {
  const { id } = await done('keyAdmin', 'POST', KEYS, { spec: 'aes-256-gcm', origin: 'imported', exportable: true });
  const key = `${KEYS}/${id}`;
  const algorithm = 'rsaes-oaep-sha-256';
  const { importToken, publicKey } = await done('keyAdmin', 'POST', `${key}/import-parameters`, { algorithm });
  const wrapper = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const oaep = { key: wrapper, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const wrappedMaterial = publicEncrypt(oaep, randomBytes(32)).toString('base64');
  await done('keyAdmin', 'POST', `${key}/import`, { importToken, wrappedMaterial });
  await done('keyAdmin', 'POST', `${key}/export`, { publicKey, algorithm });
}
