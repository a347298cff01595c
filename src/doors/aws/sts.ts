import type { FastifyReply, FastifyRequest } from 'fastify';
import { whoami } from '../../operations/access/whoami.js';
import type { Arrival } from '../../operations/arrival.js';
import type { Kms } from '../../operations/kms.js';
import { AwsError } from './aws-error.js';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** GetCallerIdentity, which clients ask to see whose credentials they have. @throws AwsError for every other action */
export async function callerIdentity(kms: Kms, arrival: Arrival, body: Buffer, requestId: string): Promise<string> {
  const asked = new URLSearchParams(body.toString());
  if (asked.get('Action') !== 'GetCallerIdentity') {
    throw new AwsError('InvalidAction', 'Of STS there is GetCallerIdentity here, and no other action.');
  }
  const { name } = await kms.perform(whoami, {}, arrival);
  const { accountId = '', root = false } = arrival.principal ?? {};
  const who = root ? 'root' : `user/${name}`;
  const fields = [
    ['Arn', `arn:aws:iam::${accountId}:${who}`],
    ['UserId', root ? accountId : (arrival.credentialId ?? '')],
    ['Account', accountId],
  ].map(([tag, text = '']) => `<${tag}>${escaped(text)}</${tag}>`);
  return `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${fields.join('')}</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}

/** Of the query protocol: XML. */
export async function stsError(
  { type, message, status }: AwsError,
  { id }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const code = type.replace(/Exception$/, '');
  await reply
    .code(status)
    .type('text/xml')
    .send(
      `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
