import { algorithmFor } from '../../src/crypto/algorithms.js';
import { Secret } from '../../src/crypto/secret.js';
import { describeWycheproof, hex } from './wycheproof.js';

describeWycheproof('rsa_oaep_2048_sha256_mgf1sha256.json', async (vector, group) => {
  const { cipher } = algorithmFor('rsa-2048').load(new Secret(hex(group.privateKeyPkcs8)));
  const opened = await cipher!.decrypt!('rsaes-oaep-sha-256', hex(vector.ct));
  // Labels are not offered: what was encrypted with one does not open.
  if (vector.label !== '') return opened === undefined ? 'unsupported' : false;
  if (opened === undefined) return false;
  if (!opened.equals(hex(vector.msg))) throw new Error('came to another plaintext');
  return true;
});
