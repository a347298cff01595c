import { Controller, Inject } from '@nestjs/common';
import { createToken, type CreateTokenInput } from '../../operations/access/create-token.js';
import { listTokens, type ListTokensInput } from '../../operations/access/list-tokens.js';
import { rotateToken, type RotateTokenInput } from '../../operations/access/rotate-token.js';
import { revokeToken, type RevokeTokenInput } from '../../operations/access/revoke-token.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  createTokenBody,
  listedTokenAnswer,
  newTokenAnswer,
  rotatedTokenAnswer,
  rotateTokenBody,
} from './schemas/access.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_CALLER, IN_TOKEN } from './schemas/paths.js';

@Controller(`${API}/callers/:caller/tokens`)
export class TokensController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('token.create', {
    method: 'POST',
    params: IN_CALLER,
    body: createTokenBody,
    status: 201,
    answer: newTokenAnswer,
    idempotent: true,
    summary: 'Make a token for a caller',
    description: 'The token itself is shown this once.',
  })
  async create(call: Call<CreateTokenInput>) {
    return change(this.kms, createToken, call);
  }

  @Endpoint('token.list', {
    method: 'GET',
    params: IN_CALLER,
    query: PAGE,
    answer: pageOf(listedTokenAnswer),
    summary: 'List the tokens of a caller',
  })
  async list(call: Call<ListTokensInput>) {
    return use(this.kms, listTokens, call);
  }

  @Endpoint('token.rotate', {
    method: 'POST',
    path: ':token/rotate',
    params: IN_TOKEN,
    body: rotateTokenBody,
    status: 201,
    answer: rotatedTokenAnswer,
    idempotent: true,
    summary: 'Make a new token in the place of another',
    description: 'The new token is shown this once; the old one ends after the overlap, on every node.',
  })
  async rotate(call: Call<RotateTokenInput>) {
    return change(this.kms, rotateToken, call);
  }

  @Endpoint('token.revoke', {
    method: 'DELETE',
    path: ':token',
    params: IN_TOKEN,
    status: 204,
    summary: 'Revoke a token',
    description: 'At once, on every node.',
  })
  async revoke(call: Call<RevokeTokenInput>): Promise<void> {
    await change(this.kms, revokeToken, call);
  }
}
