import type { KeySpec, KeyUsage } from '../../crypto/key-spec.js';
import type { KeyState } from '../../keys/key-states.js';
import type { KeyringRow } from '../../keys/records.js';
import type { KeyQuery } from '../../ledger/ledger.js';
import type { Resolved, UseOperation } from '../operation.js';
import { cursorId, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { findKeyring } from '../resolve-key.js';
import { describeKey, type KeyDescription } from './describe-key.js';

export interface ListKeysInput extends PageInput {
  readonly keyring: string;
  readonly state?: KeyState;
  readonly spec?: KeySpec;
  readonly usage?: KeyUsage;
  /** `name`, or `name=value`. */
  readonly tag?: string;
  readonly namePrefix?: string;
  /** Keys whose primary version is from before this moment. */
  readonly rotationDueBefore?: Date;
}

interface ResolvedKeyring extends Resolved {
  readonly keyring: KeyringRow;
}

/** Newest first. */
export const listKeys: UseOperation<ListKeysInput, ResolvedKeyring, Page<KeyDescription>> = {
  name: 'key.list',

  async resolve(deps, input, arrival) {
    const keyring = await findKeyring(deps, input.keyring, 'key.list', arrival);
    return {
      keyring,
      needs: [{ permission: 'key.list', resource: { kind: 'keyring', keyringId: keyring.id } }],
      subject: { resource: `keyring/${keyring.id}`, keyring: keyring.id },
      scopes: [keyring.id],
      basis: [keyring],
    };
  },

  async run(deps, { keyring }, input) {
    const limit = pageLimit(input);
    const found = await deps.ledger.listKeys(keyring.id, { ...queryOf(input), limit: limit + 1 });
    const now = deps.clock.now();
    const page = pageOf(
      found,
      limit,
      ({ key }) => key.id,
      (snapshot) => describeKey(snapshot, now),
    );
    return { output: page, detail: { items: page.items.length } };
  },
};

function queryOf(input: ListKeysInput): Omit<KeyQuery, 'limit'> {
  const { state, spec, usage, tag, namePrefix, rotationDueBefore } = input;
  const before = cursorId(input);
  return {
    ...(state === undefined ? {} : { state }),
    ...(spec === undefined ? {} : { spec }),
    ...(usage === undefined ? {} : { usage }),
    ...(tag === undefined ? {} : { tag: tagOf(tag) }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(rotationDueBefore === undefined ? {} : { rotatedBefore: rotationDueBefore }),
    ...(before === undefined ? {} : { before }),
  };
}

function tagOf(text: string): { readonly name: string; readonly value?: string } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text } : { name: text.slice(0, at), value: text.slice(at + 1) };
}
