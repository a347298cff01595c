import { z } from 'zod';
import { decapsulate } from '../../../operations/crypto/decapsulate.js';
import { deriveSharedSecret } from '../../../operations/crypto/derive-shared-secret.js';
import { encapsulate } from '../../../operations/crypto/encapsulate.js';
import { mac } from '../../../operations/crypto/mac.js';
import { publicKey } from '../../../operations/crypto/public-key.js';
import { sign } from '../../../operations/crypto/sign.js';
import { verifyMac } from '../../../operations/crypto/verify-mac.js';
import { verify } from '../../../operations/crypto/verify.js';
import { action, use, type AwsCall } from '../action.js';
import { AwsError, validation } from '../aws-error.js';
import {
  blob,
  dryRun,
  grantTokens,
  keyId,
  macAlgorithm,
  messageType,
  recipient,
  signingAlgorithm,
} from '../members.js';
import { keyArn } from '../place.js';
import { algorithmOf, specName, usageName } from '../../../keys/aws-words.js';
import { algorithmsOf } from '../words.js';
import { used } from './named-key.js';
import { mustBeHere, type Asked } from './not-here.js';

const message = blob(1, 4096);
const asked = { KeyId: keyId, GrantTokens: grantTokens.optional(), DryRun: dryRun.optional() };
const signed = { ...asked, Message: message, MessageType: messageType.optional(), SigningAlgorithm: signingAlgorithm };
const maced = { ...asked, Message: message, MacAlgorithm: macAlgorithm };

export const SIGNING = {
  Sign: action(z.object(signed), async (call) => {
    const made = await use(call, sign, signInput(call));
    const { SigningAlgorithm } = call.input;
    return { KeyId: keyArn(call.place, made.keyId), Signature: made.signature, SigningAlgorithm };
  }),

  Verify: action(z.object({ ...signed, Signature: blob(1, 6144) }), async (call) => {
    const { SigningAlgorithm, Signature } = call.input;
    const verdict = await use(call, verify, { ...signInput(call), signature: Signature });
    if (!verdict.valid) throw new AwsError('KMSInvalidSignatureException', '', 400, true);
    return { KeyId: keyArn(call.place, verdict.keyId), SignatureValid: true, SigningAlgorithm };
  }),

  GenerateMac: action(z.object(maced), async (call) => {
    const { Message, MacAlgorithm } = call.input;
    mustBeHere(call.input);
    const made = await use(call, mac, { ...used(call), message: Message, algorithm: algorithmOf(MacAlgorithm) });
    return { Mac: made.mac, MacAlgorithm, KeyId: keyArn(call.place, made.keyId) };
  }),

  VerifyMac: action(z.object({ ...maced, Mac: blob(1, 6144) }), async (call) => {
    const { Message, MacAlgorithm, Mac } = call.input;
    mustBeHere(call.input);
    const verdict = await use(call, verifyMac, {
      ...used(call),
      message: Message,
      mac: Mac,
      algorithm: algorithmOf(MacAlgorithm),
    });
    if (!verdict.valid) throw new AwsError('KMSInvalidMacException', '', 400, true);
    return { KeyId: keyArn(call.place, verdict.keyId), MacValid: true, MacAlgorithm };
  }),

  GetPublicKey: action(z.object({ KeyId: keyId, GrantTokens: grantTokens.optional() }), async (call) => {
    mustBeHere(call.input);
    const found = await use(call, publicKey, used(call));
    const spec = specName(found.spec);
    const [member, algorithms] = algorithmsOf(found.spec, found.usage);
    return {
      KeyId: keyArn(call.place, found.keyId),
      PublicKey: found.publicKey,
      CustomerMasterKeySpec: spec,
      KeySpec: spec,
      KeyUsage: usageName(found.usage),
      [member]: algorithms,
    };
  }),

  DeriveSharedSecret: action(
    z.object({
      ...asked,
      KeyAgreementAlgorithm: z.enum(['ECDH']),
      PublicKey: blob(1, 8192),
      Recipient: recipient.optional(),
    }),
    async (call) => {
      const { PublicKey, KeyAgreementAlgorithm } = call.input;
      mustBeHere(call.input);
      const made = await use(call, deriveSharedSecret, { ...used(call), publicKey: PublicKey });
      return { KeyId: keyArn(call.place, made.keyId), SharedSecret: made.sharedSecret, KeyAgreementAlgorithm };
    },
  ),

  Encapsulate: action(z.object({ ...asked, EncapsulationAlgorithm: z.enum(['ML_KEM']) }), async (call) => {
    mustBeHere(call.input);
    const made = await use(call, encapsulate, used(call));
    return {
      KeyId: keyArn(call.place, made.keyId),
      SharedSecret: made.sharedSecret,
      SharedSecretCiphertextBlob: made.ciphertext,
      EncapsulationAlgorithm: call.input.EncapsulationAlgorithm,
    };
  }),

  Decapsulate: action(
    z.object({
      ...asked,
      EncapsulationAlgorithm: z.enum(['ML_KEM']),
      SharedSecretCiphertextBlob: blob(1, 6144),
    }),
    async (call) => {
      mustBeHere(call.input);
      const ciphertext = call.input.SharedSecretCiphertextBlob;
      const made = await use(call, decapsulate, { ...used(call), ciphertext });
      return {
        KeyId: keyArn(call.place, made.keyId),
        SharedSecret: made.sharedSecret,
        EncapsulationAlgorithm: call.input.EncapsulationAlgorithm,
      };
    },
  ),
};

interface Signed extends Asked {
  readonly KeyId: string;
  readonly Message: Buffer;
  readonly MessageType?: 'RAW' | 'DIGEST' | 'EXTERNAL_MU' | undefined;
  readonly SigningAlgorithm: string;
}

/** @throws AwsError */
function signInput(call: AwsCall<Signed>) {
  const { Message, MessageType = 'RAW', SigningAlgorithm } = call.input;
  mustBeHere(call.input);
  const isMessage = isPrehashed(call.input) || MessageType === 'RAW';
  const what = isMessage ? { message: Message } : { digest: Message };
  return { ...used(call), ...what, algorithm: algorithmFor(MessageType, SigningAlgorithm) };
}

/** What AWS takes as the digest for Ed25519ph, it hashes once more: to the algorithm it is the message. @throws AwsError */
function isPrehashed({ SigningAlgorithm, MessageType, Message }: Signed): boolean {
  if (SigningAlgorithm !== 'ED25519_PH_SHA_512') return false;
  if (MessageType !== 'DIGEST') throw validation('ED25519_PH_SHA_512 requires MessageType DIGEST.');
  if (Message.length === 64) return true;
  throw validation('Digest is invalid length for algorithm ED25519_PH_SHA_512.');
}

/** @throws AwsError */
function algorithmFor(messageType: string, name: string): string {
  if (messageType !== 'EXTERNAL_MU') return algorithmOf(name);
  if (name === 'ML_DSA_SHAKE_256') return 'ml-dsa-external-mu';
  throw validation('MessageType EXTERNAL_MU is for the signing algorithm ML_DSA_SHAKE_256.');
}
