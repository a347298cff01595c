import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { EnvelopeOptions, KeysteadClient } from '../../src/client/client.js';

/** File to file, in constant memory. */
export async function encryptToFile(
  client: KeysteadClient,
  key: string,
  from: string,
  to: string,
  options: EnvelopeOptions,
): Promise<void> {
  await pipeline(
    createReadStream(from),
    (source: AsyncIterable<Buffer>) => client.encryptStream(key, source, options),
    createWriteStream(to),
  );
}

export async function decryptToFile(
  client: KeysteadClient,
  from: string,
  to: string,
  options: EnvelopeOptions,
): Promise<void> {
  await pipeline(
    createReadStream(from),
    (source: AsyncIterable<Buffer>) => client.decryptStream(source, options),
    createWriteStream(to),
  );
}
