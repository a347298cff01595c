import { mustBeUsable } from '../../keys/key-states.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { wouldSucceed } from '../rehearsed.js';
import { needOnKey } from '../resolve-key.js';
import { askedOfReEncrypt, type Asking } from './asked-of-use.js';
import { resolveKeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

type Rehearsal<Input> = UseOperation<Input, ResolvedKeyUse, never>;

/** Whether a caller may decrypt with a key, told without a ciphertext by an error. @throws KmsError dry-run */
export const rehearseDecrypt: Rehearsal<KeyUseInput & Asking> = {
  name: 'decrypt',
  resolve: resolveKeyUse('decrypt'),
  run(deps, { snapshot }) {
    mustBeFor('encrypt-decrypt', snapshot);
    mustBeUsable(snapshot.key, deps.clock.now());
    throw wouldSucceed();
  },
};

export interface RehearseReEncryptInput extends KeyUseInput {
  readonly sourceKey: string;
  readonly sourceContext?: KeyUseInput['context'];
}

const resolveTarget = resolveKeyUse('re-encrypt');
const resolveSource = resolveKeyUse('decrypt');

/** The same of ciphertexts of one key that are to become another's. @throws KmsError dry-run */
export const rehearseReEncrypt: Rehearsal<RehearseReEncryptInput> = {
  name: 're-encrypt',

  async resolve(deps, { sourceKey, sourceContext, ...input }, arrival) {
    const target = await resolveTarget(deps, input, arrival);
    const bound = sourceContext === undefined ? {} : { context: sourceContext };
    const source = await resolveSource(deps, { keyring: input.keyring, key: sourceKey, ...bound }, arrival);
    const to = askedOfReEncrypt('encrypt', target.snapshot, source.snapshot, input);
    const from = askedOfReEncrypt('decrypt', source.snapshot, target.snapshot, { key: sourceKey });
    return {
      ...target,
      needs: [
        ...target.needs.map((need) => ({ ...need, asked: to })),
        needOnKey('encrypt', target.snapshot, input.context, to),
        needOnKey('decrypt', source.snapshot, sourceContext, from),
      ],
      subject: { ...target.subject, sourceKey: source.snapshot.key.id },
      basis: [target.snapshot, source.snapshot],
    };
  },

  async run(deps, { snapshot, basis }) {
    const [, source = snapshot] = basis as readonly ResolvedKeyUse['snapshot'][];
    for (const one of [source, snapshot]) {
      mustBeFor('encrypt-decrypt', one);
      mustBeUsable(one.key, deps.clock.now());
    }
    throw wouldSucceed();
  },
};
