import type { KeysteadClient } from '../../../src/client/client.js';
import { encryptMessage, type Message } from './message.js';
import type { PersistentClient } from './persistent-client.js';

/** What was acknowledged of a key. Every step leads further: a late attempt at an earlier one changes nothing of it. */
export interface WrittenKey {
  readonly id: string;
  readonly name: string;
  readonly messages: Message[];
  stage?: string;
  alias?: string;
  /** At least. */
  versions: number;
  isFirstRevoked: boolean;
  isDisabled: boolean;
}

/** Makes keys and changes them, one change at a time. */
export class KeyWriter {
  readonly keys: WrittenKey[] = [];

  constructor(
    private readonly name: string,
    private readonly admin: PersistentClient,
    private readonly app: PersistentClient,
  ) {}

  /** One key's story. */
  async write(): Promise<void> {
    const key = await this.#create(`${this.name}-${this.keys.length}`);
    const use = async () => void key.messages.push(await encryptMessage(this.app, key.id));
    await use();
    const tags = { stage: key.name };
    await this.admin.ask((client) => client.keys.update(key.id, { tags }));
    key.stage = tags.stage;
    const alias = `alias-${key.name}`;
    await this.admin.make(
      (client) => client.aliases.create({ name: alias, key: key.id }),
      async (client) => (await client.aliases.list({ key: key.id })).items[0],
    );
    key.alias = alias;
    await this.#rotate(key);
    await use();
    const end = this.keys.length % 3;
    if (end === 1) await this.#revokeFirst(key);
    if (end === 2) await this.#disable(key);
  }

  async #create(name: string): Promise<WrittenKey> {
    const { id } = await this.admin.make(
      (client) => client.keys.create({ name }),
      async (client) => (await client.keys.list({ namePrefix: name })).items.find((key) => key.name === name),
    );
    const key = { id, name, messages: [], versions: 1, isFirstRevoked: false, isDisabled: false };
    this.keys.push(key);
    return key;
  }

  async #rotate(key: WrittenKey): Promise<void> {
    const { versions } = key;
    const rotated = await this.admin.make(
      (client) => client.keys.rotate(key.id),
      (client) => keyWhen(client, key.id, ({ versionCount = 0 }) => versionCount > versions),
    );
    key.versions = rotated.versionCount ?? 0;
  }

  async #revokeFirst(key: WrittenKey): Promise<void> {
    await this.admin.make(
      (client) => client.versions.revoke(key.id, 1, 'superseded'),
      async (client) => {
        const { items } = await client.versions.list(key.id);
        return items.find(({ version, state }) => version === 1 && state === 'revoked');
      },
    );
    key.isFirstRevoked = true;
  }

  async #disable(key: WrittenKey): Promise<void> {
    await this.admin.make(
      (client) => client.keys.disable(key.id),
      (client) => keyWhen(client, key.id, ({ state }) => state === 'disabled'),
    );
    key.isDisabled = true;
  }
}

type Described = Awaited<ReturnType<KeysteadClient['keys']['get']>>;

async function keyWhen(
  client: KeysteadClient,
  id: string,
  is: (key: Described) => boolean,
): Promise<Described | undefined> {
  const key = await client.keys.get(id);
  return is(key) ? key : undefined;
}
