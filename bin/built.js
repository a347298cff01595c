import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Runs a compiled entry point. The published package is compiled; a fresh checkout is compiled here, the first time.
 * @param {string} entry a file of dist/
 */
export async function runBuilt(entry) {
  const file = new URL(`../dist/${entry}`, import.meta.url);
  if (!existsSync(file)) build();
  await import(file.href);
}

function build() {
  process.stderr.write('keystead: building once …\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  process.stderr.write('keystead: the build failed; run `npm ci && npm run build` in the checkout\n');
  process.exit(1);
}
