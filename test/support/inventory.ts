import { randomUUID } from 'node:crypto';
import type { KeysteadClient } from '../../src/client/client.js';

export interface Row {
  readonly id: string;
  readonly ciphertext: Buffer;
  readonly context: { readonly order: string };
}

/** A key whose first version is old, what an application encrypted under it, and a campaign to move that. */
export async function makeInventory(
  admin: KeysteadClient,
  app: KeysteadClient,
  rows: number,
): Promise<{ key: string; campaign: string; rows: Row[] }> {
  const { id: key } = await admin.keys.create({ name: `orders-${randomUUID()}` });
  const contexts = Array.from({ length: rows }, (_, at) => ({ order: String(at) }));
  const sealed = await app.batch.encrypt(
    key,
    contexts.map((context) => ({ plaintext: Buffer.from(`card ${context.order}`), context })),
  );
  const made = contexts.map((context, at) => {
    const result = sealed[at];
    if (!result?.ok) throw new Error(`item ${at} was not encrypted`);
    return { id: context.order, context, ciphertext: result.value.ciphertext };
  });
  await admin.keys.rotate(key);
  const { id: campaign } = await admin.campaigns.start({ key, from: [1], quiet: '7d' });
  return { key, campaign, rows: made };
}
