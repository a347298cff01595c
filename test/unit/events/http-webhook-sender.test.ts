import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpWebhookSender } from '../../../src/events/http-webhook-sender.js';
import { Receiver } from '../../support/receiver.js';

const NEVER = new AbortController().signal;
let receiver: Receiver;

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());

/** A sender whose names mean these addresses. */
const resolving = (...addresses: string[]) =>
  new HttpWebhookSender(5000, (_name, _options, callback) => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    callback(null, found);
  });

const urlOf = (scheme: string, name: string) => `${scheme}://${name}:${receiver.port}/hook`;

describe('addresses are judged after the name was resolved', () => {
  it('to this machine it goes', async () => {
    const sent = await resolving('127.0.0.1').post(urlOf('http', 'localhost'), {}, 'body', NEVER);
    expect(sent).toEqual({ status: 204 });
    expect(receiver.received).toMatchObject([{ body: 'body' }]);
  });

  it.each([
    ['a metadata service', 'https', 'hooks.example', ['169.254.169.254']],
    ['a metadata service, beside another address', 'https', 'hooks.example', ['127.0.0.1', '169.254.169.254']],
    ['a metadata service in IPv6', 'https', 'hooks.example', ['::ffff:169.254.169.254']],
    ['an IPv4-compatible address', 'https', 'hooks.example', ['::7f00:1']],
    ['a private address by way of a translator', 'https', 'hooks.example', ['64:ff9b::a00:1']],
    ['another machine without TLS', 'http', 'localhost', ['1.1.1.1']],
  ])('to %s it does not', async (_what, scheme, name, addresses) => {
    const sent = await resolving(...addresses).post(urlOf(scheme, name), {}, 'body', NEVER);
    expect(sent).toEqual({ error: 'refused-address', status: null });
    expect(receiver.received).toEqual([]);
  });

  it('a name is looked up once: what was judged is what is connected to', async () => {
    const answers = [{ address: '127.0.0.1', family: 4 }];
    const asked: string[] = [];
    const rebinding = new HttpWebhookSender(5000, (name, _options, callback) => {
      asked.push(name);
      callback(null, answers.splice(0, 1, { address: '169.254.169.254', family: 4 }));
    });
    expect(await rebinding.post(urlOf('http', 'localhost'), {}, 'body', NEVER)).toEqual({ status: 204 });
    expect(asked).toEqual(['localhost']);
    expect(await rebinding.post(urlOf('http', 'localhost'), {}, 'body', NEVER)).toEqual({
      error: 'refused-address',
      status: null,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('a redirect is not followed, wherever it points', async () => {
    const elsewhere = await Receiver.start();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer = { status, location: elsewhere.url };
      expect(await new HttpWebhookSender().post(receiver.url, {}, 'body', NEVER)).toEqual({
        error: 'redirect',
        status,
      });
    }
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  it('nor where the URL itself says so', async () => {
    const sender = new HttpWebhookSender();
    for (const url of ['https://169.254.169.254/', 'http://hooks.example/', 'nonsense']) {
      expect(await sender.post(url, {}, '', NEVER)).toEqual({ error: 'refused-address', status: null });
    }
  });
});

describe('a receiver that misbehaves', () => {
  it('by an answer without end is let go of, and its status counts', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const flood = () => {
        while (!socket.destroyed && socket.write(`400\r\n${'a'.repeat(1024)}\r\n`));
      };
      socket.on('drain', flood);
      flood();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sent = await new HttpWebhookSender(60_000).post(`http://127.0.0.1:${port}/`, {}, '', NEVER);
    expect(sent).toEqual({ status: 200 });
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  it.each([
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'],
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['both lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('by %s is let go of', async (_what, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.write(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sent = await new HttpWebhookSender(60_000).post(`http://127.0.0.1:${port}/`, {}, '', NEVER);
    expect(sent).toEqual({ error: 'unreachable', status: null });
    server.close();
  });

  it('by an answer that trickles is let go of when the time is over, and its status counts', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\na');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sent = await new HttpWebhookSender(2000).post(`http://127.0.0.1:${port}/`, {}, '', NEVER);
    expect(sent).toEqual({ status: 200 });
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  it('by no answer is given up', async () => {
    receiver.answer = 'hang';
    const sent = await new HttpWebhookSender(200).post(receiver.url, {}, '', NEVER);
    expect(sent).toEqual({ error: 'timeout', status: null });
  });

  it('by not speaking TLS is known', async () => {
    const sent = await new HttpWebhookSender().post(receiver.url.replace('http:', 'https:'), {}, '', NEVER);
    expect(sent).toEqual({ error: 'tls', status: null });
  });

  it('by not being there is known', async () => {
    const sent = await new HttpWebhookSender().post('http://127.0.0.1:1/', {}, '', NEVER);
    expect(sent).toEqual({ error: 'unreachable', status: null });
  });
});
