import { Controller, Inject } from '@nestjs/common';
import { mac, type MacInput } from '../../operations/crypto/mac.js';
import { sign, type SignInput } from '../../operations/crypto/sign.js';
import { verifyMac, type VerifyMacInput } from '../../operations/crypto/verify-mac.js';
import { verify, type VerifyInput } from '../../operations/crypto/verify.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call, Each } from './call.js';
import { EachEndpoint } from './endpoint.js';
import { useEach } from './perform-call.js';
import { macAnswer, signature, verdict } from './schemas/crypto-answers.js';
import { macBody, signBody, verifyBody, verifyMacBody } from './schemas/crypto.js';
import { IN_KEY } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/keys/:key`)
export class SigningController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @EachEndpoint('sign', {
    method: 'POST',
    path: 'sign',
    params: IN_KEY,
    body: signBody,
    answer: signature,
    summary: 'Sign a message or a digest',
  })
  async sign(call: Call<Each<SignInput>>) {
    return useEach(this.kms, sign, call);
  }

  @EachEndpoint('verify', {
    method: 'POST',
    path: 'verify',
    params: IN_KEY,
    body: verifyBody,
    answer: verdict,
    summary: 'Verify a signature',
    description:
      'A signature that does not verify is an answer, not an error. One from before a rotation still verifies.',
  })
  async verify(call: Call<Each<VerifyInput>>) {
    return useEach(this.kms, verify, call);
  }

  @EachEndpoint('mac', {
    method: 'POST',
    path: 'mac',
    params: IN_KEY,
    body: macBody,
    answer: macAnswer,
    summary: 'Make the MAC of a message',
  })
  async mac(call: Call<Each<MacInput>>) {
    return useEach(this.kms, mac, call);
  }

  @EachEndpoint('verify-mac', {
    method: 'POST',
    path: 'verify-mac',
    params: IN_KEY,
    body: verifyMacBody,
    answer: verdict,
    summary: 'Verify a MAC',
  })
  async verifyMac(call: Call<Each<VerifyMacInput>>) {
    return useEach(this.kms, verifyMac, call);
  }
}
