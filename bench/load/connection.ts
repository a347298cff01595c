import { connect, type Socket } from 'node:net';

const HEADER_END = '\r\n\r\n';
const OK = 'HTTP/1.1 200';
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** Called with each answer; gives the next request, or undefined to stop. */
export type OnAnswer = (isOk: boolean, answer: Buffer) => Buffer | undefined;

/**
 * A kept-alive HTTP connection with one request at a time, as cheap as it can be: it knows only answers that have a
 * Content-Length. @param pauseMs between an answer and the next request. @returns resolves when it has stopped, rejects when the connection breaks
 */
export function converse(port: number, first: Buffer, onAnswer: OnAnswer, pauseMs = 0): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let pending: Buffer | undefined;
    socket.on('connect', () => socket.write(first));
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      const received = pending ? Buffer.concat([pending, chunk]) : chunk;
      const bytes = answerBytes(received);
      if (bytes === undefined || received.length < bytes) {
        pending = received;
        return;
      }
      pending = undefined;
      const isOk = received.toString('latin1', 0, OK.length) === OK;
      const next = onAnswer(isOk, received);
      if (!next) socket.destroy();
      else if (pauseMs > 0) setTimeout(() => socket.write(next), pauseMs);
      else socket.write(next);
    });
  });
}

/** The length of the whole answer, as soon as its header is there. */
function answerBytes(received: Buffer): number | undefined {
  const headerBytes = received.indexOf(HEADER_END);
  if (headerBytes < 0) return undefined;
  const length = LENGTH.exec(received.toString('latin1', 0, headerBytes))?.[1];
  if (length === undefined) throw new Error('an answer without a Content-Length');
  return headerBytes + HEADER_END.length + Number(length);
}
