import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditSection, measureAudit } from './audit/audit-report.js';
import { doorsSection, measureDoors } from './doors/doors-report.js';
import { describeMachine } from './machine.js';
import { readOptions, USAGE, type BenchOptions } from './options.js';
import { report } from './report.js';
import { measureRotation, rotationSection } from './rotation/rotation-report.js';
import { runBench } from './run-bench.js';

/** `npm run bench`: see USAGE. Built into dist/bench; results go beside the sources. */
const RESULTS = fileURLToPath(new URL('../../bench/results/', import.meta.url));
const EX_USAGE = 64;

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function bench(options: BenchOptions): Promise<void> {
  const externalUrl = process.env['KEYSTEAD_BENCH_DATABASE_URL'] || undefined;
  const machine = describeMachine();
  const { onlyRotation, onlyAudit, onlyDoors } = options;
  const requests = onlyRotation || onlyAudit || onlyDoors ? undefined : await runBench(options, externalUrl, tell);
  const sections: string[] = [];
  if (!onlyRotation && !onlyAudit) sections.push(doorsSection(await measureDoors(options, tell)));
  if (!onlyAudit && !onlyDoors) sections.push(rotationSection(await measureRotation(options.keys, tell)));
  if (!onlyRotation && !onlyDoors) sections.push(auditSection(await measureAudit(options, tell), options));
  const page = report(requests, sections, machine, options, new Date());
  process.stdout.write(`\n${page}`);
  if (options.name === undefined) return;
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${options.name.replaceAll(/[^\w.-]/g, '-')}.md`);
  await writeFile(file, page);
  process.stderr.write(`written: ${file}\n`);
}

let options: BenchOptions | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = EX_USAGE;
}
if (options) await bench(options);
