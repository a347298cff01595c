import { Controller, HttpCode, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';
import type { Arrival } from '../../operations/arrival.js';
import { Kms } from '../../operations/kms.js';
import { asKmsError } from '../../operations/record.js';
import { Signed } from '../http/access.js';
import { approachOf } from '../http/arrival-of.js';
import { SMALL_BODY } from '../http/body-budget.js';
import { encodeAnswer } from '../http/encode-answer.js';
import { readBody } from '../http/read-body.js';
import { ACTIONS, NOT_HERE } from './actions.js';
import { approachOfSigned } from './approach-of-signed.js';
import { attemptedOf } from './attempted.js';
import { AwsError, unsupported } from './aws-error.js';
import { errorOf, type Attempted } from './error-of.js';
import type { Place } from './place.js';
import { callerIdentity, stsError } from './sts.js';

const JSON_TYPE = 'application/x-amz-json-1.1';
/** A key policy of 32 KB is the largest thing that is sent. A body is read before it is known whose it is, so it is a small one. */
const MAX_BODY_BYTES = SMALL_BODY;
const TARGET = /^TrentService\.([A-Za-z]{1,64})$/;
const WHAT_TO_SEND = `send X-Amz-Target: TrentService.<operation> and Content-Type: ${JSON_TYPE}`;
const NOTHING: Attempted = { action: '', key: '', alias: '' };
const nothing = () => NOTHING;

/** What AWS clients talk to: JSON 1.1 of AWS KMS by its header X-Amz-Target, and one operation of STS without it. */
@Controller()
export class AwsController {
  readonly #log = new Logger('aws');

  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Post()
  @HttpCode(200)
  @Signed()
  async act(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('x-amzn-requestid', request.id).header('date', new Date().toUTCString());
    const isKms = request.headers['x-amz-target'] !== undefined;
    // Only an error needs it.
    let attempted = nothing;
    try {
      const body = await this.#bodyOf(request, reply);
      const arrival = await this.kms.arrive(approachOfSigned(request, body, isKms ? 'kms' : 'sts'));
      if (!isKms) return await this.#identify(arrival, body, request, reply);
      const place = placeOf(arrival);
      const action = actionIn(request);
      attempted = () => attemptedOf(action, body, place, arrival);
      const output = await this.#perform(action, arrival, place, body);
      await reply.type(JSON_TYPE).send(bytesOf(encodeAnswer(output)));
    } catch (thrown) {
      const error = errorOf(thrown, attempted());
      if (error.status === 500) this.#tellOperator(thrown, request, attempted().action);
      if (!isKms) return stsError(error, request, reply);
      const { type, message, status } = error;
      await reply
        .code(status)
        .type(JSON_TYPE)
        .send(bytesOf({ __type: type, message }));
    }
  }

  async #perform(name: string, arrival: Arrival, place: Place, body: Buffer): Promise<object> {
    try {
      const action = ACTIONS.get(name);
      if (action) return await action.run({ kms: this.kms, arrival, place }, body);
      const why = NOT_HERE.get(name);
      throw why === undefined ? new AwsError('UnknownOperationException', WHAT_TO_SEND) : unsupported(why);
    } catch (error) {
      await this.#writeDown(error, name, arrival);
      throw error;
    }
  }

  async #identify(arrival: Arrival, body: Buffer, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await reply.type('text/xml').send(await callerIdentity(this.kms, arrival, body, request.id));
    } catch (error) {
      await this.#writeDown(error, 'sts', arrival);
      throw error;
    }
  }

  /** @throws KmsError, after it was written down */
  async #bodyOf(request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    try {
      return await readBody(request, reply, MAX_BODY_BYTES);
    } catch (thrown) {
      const error = asKmsError(thrown);
      const detail = { route: 'POST /', reason: error.detail };
      throw await this.kms.refuse(approachOf(request, { door: 'aws' }), 'read-request', error, undefined, detail);
    }
  }

  /** What was refused before it became an operation. */
  async #writeDown(thrown: unknown, action: string, arrival: Arrival): Promise<void> {
    if (!(thrown instanceof AwsError) || thrown.isRecorded) return;
    const { type } = thrown;
    const error = new KmsError('invalid-request', type);
    const { keyring } = placeOf(arrival);
    await this.kms.refuse(arrival, 'read-request', error, { keyring }, { route: `POST / ${action}`, reason: type });
  }

  #tellOperator(thrown: unknown, request: FastifyRequest, action: string): void {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    this.#log.error({ requestId: request.id, action, error: cause });
  }
}

/** Not a text: Fastify would add a charset, which the type of AWS has not. */
function bytesOf(answer: unknown): Buffer {
  return Buffer.from(JSON.stringify(answer));
}

function placeOf({ principal }: Arrival): Place {
  if (!principal) throw new Error('a signed request has a principal');
  return principal;
}

/** @returns the empty text where none is named as it should be */
function actionIn({ headers }: FastifyRequest): string {
  const type = headers['content-type']?.split(';', 1)[0];
  const [, action = ''] = TARGET.exec(String(headers['x-amz-target'])) ?? [];
  return type === JSON_TYPE ? action : '';
}
