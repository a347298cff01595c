import { expect } from '@jest/globals';

export const JSON_BODY = { 'content-type': 'application/json' };

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [name: string]: unknown };
}

/** Sends as the caller `good` of the planted app, unless the headers say otherwise. */
export async function send(
  url: string,
  method: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const response = await fetch(url, {
    method,
    headers: { authorization: 'Bearer good', ...(body === undefined ? {} : JSON_BODY), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return receive(response);
}

export async function receive(response: Response): Promise<Sent> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

export function expectProblem({ status, headers, body }: Sent, wanted: number, code: string): void {
  expect(body).toMatchObject({ status: wanted, code, type: `urn:keystead:problem:${code}` });
  expect(status).toBe(wanted);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body['requestId']).toBe(headers.get('x-request-id'));
  expect(body['requestId']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.(ts|js):\d/);
}
