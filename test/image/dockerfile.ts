import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
export async function readDockerfile(path: string): Promise<Instruction[]> {
  const text = (await readFile(path, 'utf8')).replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => ({ word: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));
}

/**
 * Follows a Dockerfile without Docker: a folder for each stage, in which its WORKDIR is `app`; COPY copies, and RUN runs what
 * npm is asked. What a stage does to its own system (users, folders outside of `app`) is left out: this one is not its own.
 * @returns the folder of the last stage
 */
export async function follow(instructions: readonly Instruction[], context: string, into: string): Promise<string> {
  let stage = '';
  for (const { word, rest } of instructions) {
    const words = rest.split(' ');
    if (word === 'FROM') {
      stage = join(into, words[2] ?? 'last', 'app');
      await mkdir(stage, { recursive: true });
    } else if (word === 'COPY') {
      const from = words[0]?.startsWith('--from=') ? join(into, words.shift()?.slice('--from='.length) ?? '') : context;
      const copy = from === context ? copied : linked;
      const to = join(stage, words.pop() ?? '');
      for (const source of words) await copy(join(from, source), targetOf(to, source, words.length > 1));
    } else if (word === 'RUN' && rest.startsWith('npm ci')) {
      await install(stage, words.includes('--omit=dev'));
    } else if (word === 'RUN' && words[0] === 'npm') {
      run(words, stage);
    }
  }
  return stage;
}

/** What `npm ci` puts there is here already, by the same lock file: it is linked, and without what is for development also pruned. */
async function install(stage: string, isPruned: boolean): Promise<void> {
  const packages = join(stage, 'node_modules');
  if (!isPruned) return symlink(resolve('node_modules'), packages);
  await linked(resolve('node_modules'), packages);
  // npm writes it again.
  await rm(join(packages, '.package-lock.json'), { force: true });
  run(['npm', 'prune', '--omit=dev', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], stage);
}

/** Hard links where both are on one file system: nothing that is copied so is written to. */
async function linked(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const { status } = spawnSync('cp', ['-al', from, to], { stdio: 'ignore' });
  if (status !== 0) await copied(from, to);
}

function copied(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, verbatimSymlinks: true });
}

function run([command = '', ...words]: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
}

function targetOf(to: string, source: string, several: boolean): string {
  return several ? join(to, basename(source)) : to;
}
