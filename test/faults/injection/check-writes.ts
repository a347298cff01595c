import { isKeysteadError, type ItemResult } from '../../../src/client/client.js';
import type { WrittenKey } from './key-writer.js';
import type { Message } from './message.js';
import type { Observed } from './observed.js';
import type { PersistentClient } from './persistent-client.js';
import type { Workload } from './workload.js';

/** Everything that was acknowledged is there, as it was acknowledged. */
export async function checkWrites({ admin, app, messages, writers }: Workload, observed: Observed): Promise<void> {
  const items = messages.map(({ ciphertext }) => ({ ciphertext }));
  const results = await app.ask((client) => client.batch.decrypt(items));
  for (const [at, message] of messages.entries()) checkResult(message, results[at], undefined, observed);
  for (const key of writers.flatMap((writer) => writer.keys)) {
    await checkKey(admin, key, observed);
    for (const message of key.messages) {
      const result = await resultOf(app.ask((client) => client.decrypt({ ciphertext: message.ciphertext })));
      checkResult(message, result, refusalOf(key, message), observed);
    }
  }
}

async function resultOf<T>(answer: Promise<T>): Promise<ItemResult<T>> {
  try {
    return { ok: true, value: await answer };
  } catch (error) {
    if (isKeysteadError(error)) return { ok: false, error };
    throw error;
  }
}

async function checkKey(admin: PersistentClient, key: WrittenKey, { lost }: Observed): Promise<void> {
  const must = (fact: string, holds: boolean) => holds || lost.add(`${key.name}: ${fact}`);
  const found = await admin.ask((client) => client.keys.get(key.id));
  must('its name', found.name === key.name);
  must('its tag', key.stage === undefined || found.tags?.['stage'] === key.stage);
  must(`${key.versions} versions, not ${found.versionCount}`, (found.versionCount ?? 0) >= key.versions);
  must('is disabled', !key.isDisabled || found.state === 'disabled');
  const { alias } = key;
  if (alias !== undefined) {
    const { items } = await admin.ask((client) => client.aliases.list({ key: key.id }));
    must(
      `its alias ${alias}`,
      items.some(({ name }) => name === alias),
    );
  }
  if (!key.isFirstRevoked) return;
  const { items } = await admin.ask((client) => client.versions.list(key.id));
  must(
    'its first version is revoked',
    items.some(({ version, state }) => version === 1 && state === 'revoked'),
  );
}

function refusalOf({ isDisabled, isFirstRevoked }: WrittenKey, { version }: Message): string | undefined {
  if (isDisabled) return 'key-disabled';
  return isFirstRevoked && version === 1 ? 'version-revoked' : undefined;
}

/** It is decrypted to what it was, or refused as it must be. */
function checkResult(
  { version, plaintext }: Message,
  result: ItemResult<{ readonly plaintext: Buffer }> | undefined,
  refusal: string | undefined,
  { lost, wrong }: Observed,
): void {
  const told = result?.ok === false ? result.error.code : undefined;
  if (told !== refusal) {
    const list = refusal === undefined ? lost : wrong;
    list.add(`a message under version ${version}: ${told ?? 'decrypted'} and not ${refusal ?? 'decrypted'}`);
  } else if (result?.ok === true && !result.value.plaintext.equals(plaintext)) {
    wrong.add(`a message under version ${version} is decrypted to something else`);
  }
}
