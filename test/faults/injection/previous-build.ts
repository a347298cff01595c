import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An earlier commit of this repository, built in a directory of its own, with the packages that are installed here. */
export class PreviousBuild {
  private constructor(
    private readonly directory: string,
    /** Short. */
    readonly commit: string,
  ) {}

  get program(): string {
    return join(this.directory, 'dist', 'src', 'main.js');
  }

  /** @returns why there is none, where there is none */
  static async make(revision: string): Promise<PreviousBuild | string> {
    const git = async (...words: string[]) => (await run('git', words)).stdout.trim();
    let commit: string;
    try {
      commit = await git('rev-parse', '--short', '--verify', `${revision}^{commit}`);
    } catch {
      return `there is no commit ${revision} here: not a git checkout, or a shallow one`;
    }
    const directory = await mkdtemp(join(tmpdir(), 'keystead-previous-'));
    const archive = join(directory, 'source.tar');
    await git('archive', '--output', archive, commit);
    await run('tar', ['-xf', archive, '-C', directory]);
    await symlink(resolve('node_modules'), join(directory, 'node_modules'));
    await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
      cwd: directory,
    });
    return new PreviousBuild(directory, commit);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
