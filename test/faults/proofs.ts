import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KnownKey, Proof } from './known-key.js';
import type { PersistentCaller } from './persistent-caller.js';

interface Use {
  readonly operation: string;
  readonly input: () => Record<string, string>;
  /** The call that undoes or confirms it, and what that must answer. */
  readonly inverse: string;
  readonly ask: (input: Fields, output: Fields) => object;
  readonly expect: (answer: Fields, input: Fields, output: Fields) => boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const peer = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const random = () => randomBytes(40).toString('base64');

const USES: Readonly<Record<string, Use>> = {
  'encrypt-decrypt': {
    operation: 'encrypt',
    input: () => ({ plaintext: random() }),
    inverse: 'decrypt',
    ask: (_input, { ciphertext }) => ({ ciphertext }),
    expect: (answer, input, output) => answer['plaintext'] === input['plaintext'] && sameVersion(answer, output),
  },
  'sign-verify': {
    operation: 'sign',
    input: () => ({ message: random() }),
    inverse: 'verify',
    ask: ({ message }, { signature }) => ({ message, signature }),
    expect: (answer, _input, output) => answer['valid'] === true && sameVersion(answer, output),
  },
  'generate-verify-mac': {
    operation: 'mac',
    input: () => ({ message: random() }),
    inverse: 'verify-mac',
    ask: ({ message }, { mac }) => ({ message, mac }),
    expect: (answer, _input, output) => answer['valid'] === true && sameVersion(answer, output),
  },
  'key-agreement': {
    operation: 'derive-shared-secret',
    input: () => ({ publicKey: peer }),
    inverse: 'derive-shared-secret',
    ask: ({ publicKey }, { version }) => ({ publicKey, version }),
    expect: (answer, _input, output) => answer['sharedSecret'] === output['sharedSecret'],
  },
  'encapsulate-decapsulate': {
    operation: 'encapsulate',
    input: () => ({}),
    inverse: 'decapsulate',
    ask: (_input, { ciphertext, version }) => ({ ciphertext, version }),
    expect: (answer, _input, output) => answer['sharedSecret'] === output['sharedSecret'],
  },
};

function sameVersion(answer: Fields, output: Fields): boolean {
  return answer['version'] === output['version'];
}

/** Uses the key's primary version. */
export async function useKey(caller: PersistentCaller, key: KnownKey): Promise<Proof> {
  const use = USES[key.usage];
  if (!use) throw new Error(`no use for ${key.usage}`);
  const token = caller.stand.tokens.app;
  const input = use.input();
  const post = { token, method: 'POST' } as const;
  const { operation } = use;
  const output: Fields = await caller.ask({ ...post, operation, path: `${key.path}/${operation}`, body: input });
  return {
    version: Number(output['version']),
    check: async (later) => {
      const path = `${key.path}/${use.inverse}`;
      const answer = await later.ask({ ...post, operation: use.inverse, path, body: use.ask(input, output) });
      return use.expect(answer, input, output);
    },
  };
}
