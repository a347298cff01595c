import type { KeySpec } from '../../crypto/key-spec.js';
import { WRAPPING_ALGORITHMS, type WrappingAlgorithm } from '../../crypto/key-wrapping.js';
import { KmsError } from '../../errors.js';

/** How material of a spec may travel under an RSA key. @throws KmsError invalid-request */
export function mustBeWrappingAlgorithm(name: string, spec: KeySpec): WrappingAlgorithm {
  const algorithm = WRAPPING_ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined) {
    throw new KmsError('invalid-request', `algorithm: one of ${WRAPPING_ALGORITHMS.join(', ')}`);
  }
  if (algorithm.startsWith('rsaes-oaep-') && spec.startsWith('rsa-')) {
    throw new KmsError('invalid-request', 'algorithm: an RSA key is too long for it; use rsa-aes-key-wrap-sha-256');
  }
  return algorithm;
}
