import type { BatchCalls } from './batch-calls.js';
import { CampaignReports } from './campaign-reports.js';
import type { CampaignProgress, RewrapItem, RewrapOptions, RewrapResult } from './campaign-types.js';
import type { Campaigns } from './campaigns.js';
import { readCiphertextHeader } from './ciphertext-header.js';
import { KeysteadError } from './keystead-error.js';
import { asBuffer } from './wire.js';

const BATCH = { most: 10_000, standard: 500 } as const;
const REPORT_EVERY_MS = 5_000;

/** What the work needs of a client. */
export interface RewrapService {
  readonly campaigns: Pick<Campaigns, 'get' | 'report'>;
  /** In the keyring with this id. */
  batchIn(keyring: string): Pick<BatchCalls, 'reEncrypt'>;
}

/**
 * Moves ciphertexts to the primary version of a campaign's key, batch after batch, as results are asked for. A ciphertext that is under the
 * target already is skipped by its header, so that the same inventory can be gone through again after an interruption.
 * @returns one result for each item, in their order; the failure of one is not the others'
 * @throws KeysteadError where a request fails as a whole; what was answered before is done
 */
export async function* rewrapAll<Item extends RewrapItem>(
  service: RewrapService,
  items: Iterable<Item> | AsyncIterable<Item>,
  options: RewrapOptions,
): AsyncGenerator<RewrapResult<Item>, void> {
  const { batch = BATCH.standard, reportEveryMs = REPORT_EVERY_MS, onReportError = () => undefined } = options;
  if (!Number.isInteger(batch) || batch < 1 || batch > BATCH.most) {
    throw new KeysteadError('invalid-request', `batch: a whole number from 1 to ${BATCH.most}`);
  }
  const campaign = await service.campaigns.get(options.campaign);
  if (campaign.state !== 'open') {
    throw new KeysteadError('invalid-transition', `The campaign is ${campaign.state}: start another one.`);
  }
  const calls = service.batchIn(campaign.keyring);
  const reports = new CampaignReports(service.campaigns, campaign.id, reportEveryMs, onReportError);
  try {
    for await (const group of inGroups(items, batch)) {
      for (const result of await rewrapGroup(calls, campaign, group)) {
        reports.count(result.outcome);
        yield result;
      }
      await reports.sendIfDue();
    }
  } finally {
    await reports.send();
  }
}

async function* inGroups<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number,
): AsyncGenerator<readonly Item[], void> {
  let group: Item[] = [];
  for await (const item of items) {
    if (group.push(item) < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function rewrapGroup<Item extends RewrapItem>(
  calls: Pick<BatchCalls, 'reEncrypt'>,
  campaign: CampaignProgress,
  group: readonly Item[],
): Promise<readonly RewrapResult<Item>[]> {
  const judged = group.map((item) => judge(campaign, item));
  const inputs = group.filter((_, at) => judged[at] === undefined);
  const answers = await calls.reEncrypt(
    campaign.keyId,
    inputs.map(({ ciphertext, context }) => ({ ciphertext, ...(context === undefined ? {} : { context }) })),
  );
  let next = 0;
  return group.map((item, at): RewrapResult<Item> => {
    const known = judged[at];
    if (known) return known;
    const answer = answers[next++];
    if (!answer) throw new KeysteadError('unexpected-answer', 'A ciphertext of a batch was not answered.');
    if (!answer.ok) return { item, outcome: 'failed', error: answer.error };
    const { ciphertext, version, authentic } = answer.value;
    return { item, outcome: 'rewrapped', ciphertext, version, ...(authentic === false ? { authentic } : {}) };
  });
}

/** @returns undefined for what is to be moved */
function judge<Item extends RewrapItem>(campaign: CampaignProgress, item: Item): RewrapResult<Item> | undefined {
  const header = readCiphertextHeader(asBuffer(item.ciphertext));
  if (header?.lineageId !== campaign.lineageId) {
    const detail = header ? 'The ciphertext is of another key.' : 'This is no ciphertext of Keystead.';
    return { item, outcome: 'failed', error: new KeysteadError('invalid-ciphertext', detail) };
  }
  return header.version >= campaign.to ? { item, outcome: 'skipped' } : undefined;
}
