import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entriesOf } from '../../src/audit/log/bundle.js';
import { tilePath, tileWidth } from '../../src/audit/log/tile.js';
import { openCheckpoint, type Checkpoint } from '../../src/audit/verifier/open-checkpoint.js';
import { readVerifierKey, type VerifierKey } from '../../src/audit/verifier/open-note.js';
import { RunningRoot } from '../../src/audit/verifier/running-root.js';
import { isConsistent } from '../../src/audit/verifier/verify-proof.js';
import { verifyProofFile } from '../../src/audit/verifier/verify-proof-file.js';
import { call, Server, type Tokens } from '../support/server.js';

const LOG = '/api/v1/audit/log';

/** An auditor who trusts nothing but the key he was given. */
describe('the published log', () => {
  let server: Server;
  let tokens: Tokens;
  let signer: VerifierKey;

  beforeAll(async () => {
    server = await Server.start();
    tokens = await server.tokens();
    signer = readVerifierKey((await get(`${LOG}/vkey`)).toString());
  });
  afterAll(() => server.remove());

  async function get(path: string, token = tokens.auditor): Promise<Buffer> {
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${answer.status} ${body.toString()}`);
    return body;
  }

  const checkpoint = async (): Promise<Checkpoint> =>
    openCheckpoint((await get(`${LOG}/checkpoint`)).toString(), signer);

  async function entries({ size }: Checkpoint): Promise<Buffer[]> {
    const bundles: Buffer[] = [];
    for (let index = 0; index * 256 < size; index++) {
      const width = tileWidth('entries', index, size);
      bundles.push(await get(`${LOG}/tile/${tilePath({ level: 'entries', index, width })}`));
    }
    return bundles.flatMap(entriesOf);
  }

  async function make(count: number): Promise<void> {
    const path = '/api/v1/random';
    for (let at = 0; at < count; at++)
      expect((await call(server, tokens.app, 'POST', path, { bytes: 8 })).status).toBe(200);
  }

  it('has the root that its records have, and only grows', async () => {
    await make(30);
    const earlier = await checkpoint();
    await make(300);
    const later = await checkpoint();
    expect(later.size).toBeGreaterThan(earlier.size + 299);
    const root = new RunningRoot();
    for (const entry of await entries(later)) root.add(entry);
    expect({ size: root.size, root: root.root() }).toEqual({ size: later.size, root: later.root });
    const asked = `${LOG}/consistency?from=${earlier.size}&to=${later.size}`;
    const { proof } = JSON.parse((await get(asked)).toString()) as { readonly proof: readonly string[] };
    expect(
      isConsistent(
        earlier,
        later,
        proof.map((hash) => Buffer.from(hash, 'base64')),
      ),
    ).toBe(true);
  });

  it('gives the proof of a record that was found by searching', async () => {
    const { body } = await call(server, tokens.auditor, 'GET', '/api/v1/audit/records?limit=3');
    for (const { index, id } of body.items as readonly { readonly index: number; readonly id: string }[]) {
      const entry = await get(`/api/v1/audit/records/${index}`);
      expect(JSON.parse(entry.toString())).toMatchObject({ id });
      const proof = (await get(`/api/v1/audit/records/${index}/proof`)).toString();
      expect(verifyProofFile(proof, entry, signer).index).toBe(index);
    }
  });

  it('has tiles whose hashes are those of its records', async () => {
    const tile = await get(`${LOG}/tile/0/000`);
    const [first] = await entries({ ...(await checkpoint()), size: 1 });
    const root = new RunningRoot();
    root.add(first ?? Buffer.alloc(0));
    expect(tile).toHaveLength(8192);
    expect(tile.subarray(0, 32)).toEqual(root.root());
  });

  it.each([
    ['a tile that is not there yet', `${LOG}/tile/0/x001/000`, '404'],
    ['a path that is none', `${LOG}/tile/0/000.p/256`, '400'],
    ['a record that is not there', '/api/v1/audit/records/999999', '404'],
    ['a number that is none', '/api/v1/audit/records/-1', '400'],
    ['a consistency that runs backwards', `${LOG}/consistency?from=5&to=4`, '400'],
    ['a consistency with what is not there', `${LOG}/consistency?from=5&to=999999`, '404'],
  ])('refuses %s', async (_, path, status) => {
    await expect(get(path)).rejects.toThrow(status);
  });

  it.each(['checkpoint', 'vkey', 'tile/0/000', 'tile/entries/000', 'consistency?from=1&to=2'])(
    'shows %s to nobody who may not read every record',
    async (path) => {
      await expect(get(`${LOG}/${path}`, tokens.app)).rejects.toThrow('403');
    },
  );

  it('goes on after a restart, also after one that nobody announced', async () => {
    const before = await checkpoint();
    await server.stop('SIGKILL');
    server = await Server.start({ dataDir: server.dataDir });
    const after = await checkpoint();
    const asked = `${LOG}/consistency?from=${before.size}&to=${after.size}`;
    const { proof } = JSON.parse((await get(asked)).toString()) as { readonly proof: readonly string[] };
    expect(
      isConsistent(
        before,
        after,
        proof.map((hash) => Buffer.from(hash, 'base64')),
      ),
    ).toBe(true);
  });
});
