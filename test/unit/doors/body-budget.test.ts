import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { startPlanted, type Planted } from './planted-app.js';
import { send } from './sending.js';

const KIB = 1024;
const ECHO = '/planted/ring/k/echo';

/** @param length undefined: in chunks */
function begin({ port }: Planted, length: number | undefined): ClientRequest {
  const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };
  const size = length === undefined ? {} : { 'content-length': length };
  const sent = request({ port, path: ECHO, method: 'POST', headers: { ...headers, ...size }, agent: false });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  return sent;
}

/** Up to this long: base64 comes in fours. */
const bodyOf = (length: number): string => JSON.stringify({ data: 'AAAA'.repeat((length - '{"data":""}'.length) / 4) });

async function statusOf(sent: ClientRequest): Promise<number | undefined> {
  const [answer]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer.statusCode;
}

it('bounds the bytes of bodies that are held at once; small ones always fit', async () => {
  const planted = await startPlanted(undefined, { maxBodyBytes: 300 * KIB });
  const large = bodyOf(200 * KIB);
  const status = async (body: string) => (await send(planted.url + ECHO, 'POST', body)).status;
  /** A request that was begun and holds its place: there is no room for another. One that came after a probe begins again. */
  const held = async (): Promise<ClientRequest> => {
    const sent = begin(planted, large.length);
    const refused = new AbortController();
    sent.once('response', () => refused.abort());
    while (!refused.signal.aborted) {
      if ((await status(large)) !== 503) continue;
      sent.removeAllListeners('response');
      return sent;
    }
    sent.destroy();
    return held();
  };
  const first = await held();
  const refused = await send(planted.url + ECHO, 'POST', large);
  expect(refused.body).toMatchObject({
    code: 'overloaded',
    detail: 'the service holds as many bytes of bodies as it may; try again',
  });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(planted.kms.refusals.at(-1)).toMatchObject({ who: 'good', code: 'overloaded' });
  expect(await status(bodyOf(64 * KIB))).toBe(200);
  first.end(large);
  expect(await statusOf(first)).toBe(200);
  expect(await status(large)).toBe(200);

  const second = await held();
  second.destroy();
  while ((await status(large)) !== 200);
  await planted.app.close();
});

it('counts a body of unknown size, once it is not small, as the largest that the route takes', async () => {
  const planted = await startPlanted(undefined, { maxBodyBytes: 300 * KIB });
  const small = begin(planted, undefined);
  small.end(bodyOf(60 * KIB));
  expect(await statusOf(small)).toBe(200);
  const large = begin(planted, undefined);
  large.end(bodyOf(80 * KIB));
  expect(await statusOf(large)).toBe(503);
  await planted.app.close();
});
