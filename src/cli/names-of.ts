import { isKeysteadError, type KeysteadClient } from '../client/client.js';

/**
 * Names by id, of callers and keyrings, for people to read. Who may not list them gets none, and sees ids.
 */
export async function namesOf(
  client: Pick<KeysteadClient, 'callers' | 'keyrings'>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const list of [client.callers.all(), client.keyrings.all()]) {
    try {
      for await (const { id, name } of list) names.set(id, name);
    } catch (error) {
      if (!isKeysteadError(error, 'permission-denied')) throw error;
    }
  }
  return names;
}
