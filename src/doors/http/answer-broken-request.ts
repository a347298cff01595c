import type { Socket } from 'node:net';
import { KmsError } from '../../errors.js';
import { newRequestId } from '../../operations/vocabulary.js';
import { problemHeaders, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Answers bytes that are not an HTTP request, or one that took too long, and closes the connection. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const refused = new KmsError('invalid-request', reasonOf(error.code));
  const requestId = newRequestId();
  const body = JSON.stringify(problemOf(refused, requestId));
  const headers = {
    ...SECURITY_HEADERS,
    ...problemHeaders(refused),
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('')}\r\n${body}`);
}

function reasonOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return 'the headers of the request are too long';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'the request did not arrive in time';
  return 'this is not a well-formed HTTP/1.1 request';
}
