/** What a witness is asked to co-sign. */
export interface Submission {
  /** Records of the tree that it co-signed last; 0: none. */
  readonly old: number;
  /** PROOF(old, D[size of the checkpoint]) of RFC 6962, section 2.1.2. */
  readonly proof: readonly Buffer[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** Its signature lines; or how many records the tree has that it did co-sign last. */
export type WitnessAnswer = { readonly lines: string } | { readonly old: number };

const PATIENCE_MS = 5000;
const MOST_BYTES = 16_384;
const REFUSALS: Readonly<Record<number, string>> = {
  403: 'it does not know the key of this log',
  404: 'it does not know this log',
  409: 'it co-signed another tree of this size',
  422: 'this log does not go on from the tree that it co-signed',
};

/**
 * The call add-checkpoint: https://c2sp.org/tlog-witness
 * @param url its submission prefix
 * @throws Error that says why it does not co-sign
 */
export async function askWitness(url: string, { old, proof, checkpoint }: Submission): Promise<WitnessAnswer> {
  const hashes = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  const answer = await fetch(`${url.replace(/\/$/, '')}/add-checkpoint`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `old ${old}\n${hashes}\n${checkpoint}`,
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await bodyOf(answer);
  if (answer.status === 200) return { lines: text };
  const isSize = answer.status === 409 && answer.headers.get('content-type')?.startsWith('text/x.tlog.size');
  const [, size] = /^(0|[1-9]\d{0,14})\n$/.exec(text) ?? [];
  if (isSize && size !== undefined && Number(size) !== old) return { old: Number(size) };
  throw new Error(REFUSALS[answer.status] ?? `it answered ${answer.status}`);
}

async function bodyOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw new Error(`its answer is longer than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
