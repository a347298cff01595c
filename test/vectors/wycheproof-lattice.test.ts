import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { mlDsa } from '../../src/crypto/algorithms/ml-dsa.js';
import { mlKem } from '../../src/crypto/algorithms/ml-kem.js';
import { fromSpki, toSpki } from '../../src/crypto/fixed-spki.js';
import { preferredBackend } from '../../src/crypto/lattice-native.js';
import { isKmsError } from '../../src/errors.js';
import { describeWycheproof, hex, type Verdict } from './wycheproof.js';

const backend = preferredBackend();

async function refusedAsMaterial(run: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await run();
  } catch (error) {
    if (isKmsError(error) && ['invalid-key-material', 'invalid-request'].includes(error.code)) return false;
    throw error;
  }
}

describeWycheproof('mldsa_65_verify.json', (vector, group) =>
  refusedAsMaterial(async () => {
    const raw = hex(group.publicKey);
    const spki = raw.length === 1952 ? toSpki('ml-dsa-65', raw) : hex(group.publicKeyDer);
    const { signer } = mlDsa('ml-dsa-65', backend).loadPublic(spki);
    const valid = await signer!.verify('ml-dsa', { message: hex(vector.msg) }, hex(vector.sig));
    // A signature with a context is none with the empty one, which is all that this service makes.
    if (vector.ctx !== undefined && vector.ctx !== '')
      return valid ? true : vector.result === 'valid' ? 'unsupported' : false;
    return valid;
  }),
);

describeWycheproof('mldsa_65_sign_seed.json', (vector, group) =>
  refusedAsMaterial(async () => {
    const algorithm = mlDsa('ml-dsa-65', backend);
    const { material, publicKey } = await algorithm.accept(hex(group.privateSeed));
    if (group.publicKey !== undefined && !fromSpki(publicKey!)!.raw.equals(hex(group.publicKey))) {
      throw new Error('the seed gives another public key');
    }
    const { signer } = algorithm.load(material);
    if (vector.msg === undefined || (vector.ctx !== undefined && vector.ctx !== '')) return 'unsupported';
    const message = hex(vector.msg);
    const fresh = await signer!.sign!('ml-dsa', { message });
    if (fresh.equals(hex(vector.sig))) throw new Error('the signature is not hedged');
    const taken = await signer!.verify('ml-dsa', { message }, hex(vector.sig));
    const { secretKey } = ml_dsa65.keygen(hex(group.privateSeed));
    const expected = Buffer.from(
      ml_dsa65.sign(message, secretKey, { extraEntropy: vector.rnd === undefined ? false : hex(vector.rnd) }),
    );
    return taken && expected.equals(hex(vector.sig)) && (await signer!.verify('ml-dsa', { message }, fresh));
  }),
);

describeWycheproof('mlkem_768.json', (vector) =>
  refusedAsMaterial(async () => {
    const algorithm = mlKem('ml-kem-768', backend);
    if (vector.seed === undefined) {
      // An encapsulation key alone.
      const ek = hex(vector.ek);
      if (ek.length !== 1184) return false;
      const { kem } = algorithm.loadPublic(toSpki('ml-kem-768', ek));
      return (await kem!.encapsulate()).ciphertext.length === 1088;
    }
    const { kem } = algorithm.load((await algorithm.accept(hex(vector.seed))).material);
    const { bytes } = await kem!.decapsulate!(hex(vector.c));
    return bytes.equals(hex(vector.K));
  }),
);
