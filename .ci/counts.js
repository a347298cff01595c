import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Prints what jest counted in every run, and last the sum. A test file that did not load and a phase that broke count as
 * failed.
 *
 *   node counts.js <folder of jest's JSON results> <broken phase …>
 */
const [folder, ...broken] = process.argv.slice(2);
const total = { passed: 0, failed: broken.length, skipped: 0 };
const print = (line) => process.stdout.write(`${line}\n`);
const text = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

print('');
for (const file of readdirSync(folder).toSorted()) {
  const run = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const counts = {
    passed: run.numPassedTests,
    failed: run.numFailedTests + run.numRuntimeErrorTestSuites,
    skipped: run.numPendingTests + run.numTodoTests,
  };
  for (const name of Object.keys(total)) total[name] += counts[name];
  print(`${basename(file, '.json')}: ${text(counts)}`);
  for (const suite of run.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0) print(`  did not run: ${suite.name}`);
    for (const { status, fullName, failureMessages } of suite.assertionResults) {
      if (status !== 'passed') print(`  ${status}: ${fullName}`);
      for (const message of failureMessages)
        print(message.split('\n').slice(0, 30).join('\n').replaceAll(/^/gm, '    '));
    }
  }
}
for (const phase of broken) print(`${phase}: FAILED`);
print(text(total));
process.exitCode = total.failed === 0 ? 0 : 1;
