import { stat } from 'node:fs/promises';
import type { KeysteadClient } from '../client/client.js';
import { openInput } from './input.js';
import { linesOf, type Line } from './lines.js';
import { PartFile } from './part-file.js';
import { withProgress } from './progress.js';
import { readInventoryLine, writeInventoryLine, type InventoryLine } from './rewrap-line.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

interface Run {
  readonly campaign: string;
  readonly input: string;
  readonly output: string;
  readonly force: boolean;
  readonly progress: boolean;
  readonly batch?: number;
  readonly onReportError: (error: unknown) => void;
}

export interface RewrappedInventory {
  readonly campaign: string;
  readonly output: string;
  readonly rewrapped: number;
  readonly skipped: number;
  readonly failed: number;
  /** Lines of a run before that was broken off. */
  readonly resumed: number;
}

/** Moves the ciphertexts of a JSON Lines file, line by line into another; goes on where a run before was broken off. @throws UsageError, KeysteadError */
export async function rewrapInventory(
  client: KeysteadClient,
  terminal: Terminal,
  { input, output, force, progress, batch, onReportError, ...run }: Run,
): Promise<RewrappedInventory> {
  const { id: campaign } = await client.campaigns.get(run.campaign);
  const counts = { rewrapped: 0, skipped: 0, failed: 0 };
  const { stream, bytes } = await openInput(terminal, input);
  const pieces = progress ? withProgress(stream, bytes, 'rewrapping', terminal.stderr) : stream;
  const lines = linesOf(pieces);
  let resumed = 0;
  const part = `${output}.${campaign}.part`;
  const mode = input === '-' ? 0o600 : (await stat(input)).mode & 0o777;
  const file = await PartFile.open(part, { path: output, force, mode }, async (kept) => {
    mustBeSame(await lines.next(), kept, part, input);
    resumed += 1;
  });
  try {
    const options = { campaign, onReportError, ...(batch === undefined ? {} : { batch }) };
    for await (const result of client.rewrapAll(itemsIn(lines), options)) {
      counts[result.outcome] += 1;
      await file.write(writeInventoryLine(result));
    }
    await file.finish();
  } finally {
    await file.close();
  }
  return { campaign, output, ...counts, resumed };
}

async function* itemsIn(lines: AsyncIterable<Line>): AsyncGenerator<InventoryLine, void> {
  for await (const line of lines) yield readInventoryLine(line);
}

/** @throws UsageError */
function mustBeSame(next: IteratorResult<Line, void>, kept: Line, part: string, input: string): void {
  if (next.done !== true && readInventoryLine(next.value).id === readInventoryLine(kept).id) return;
  throw new UsageError(
    `Line ${kept.number} of ${part}, of a run that was broken off, is not in ${input}: remove ${part} to begin anew.`,
  );
}
