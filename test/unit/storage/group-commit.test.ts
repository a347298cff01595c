import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from '../../../src/storage/audit/group-commit.js';

const LIMITS = { batch: 3, queue: 4 } as const;
const overloaded = () => new Error('overloaded');

/** Commits by answering the batch's size, unless one of its items is `bad`. */
function makeCommits(isOfOneItem: boolean) {
  const batches: (readonly string[])[] = [];
  const commit = async (items: readonly string[]) => {
    batches.push(items);
    if (items.includes('bad')) throw new Error('refused');
    return items.length;
  };
  return { batches, commits: new GroupCommit(commit, LIMITS, overloaded, () => isOfOneItem) };
}

describe('group commit', () => {
  it('commits together what came together, in batches of a size', async () => {
    const { batches, commits } = makeCommits(true);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((item) => commits.append(item)))).toEqual([3, 3, 3, 1]);
    expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('lets no item fail by the fault of another', async () => {
    const { batches, commits } = makeCommits(true);
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((item) => commits.append(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it('fails a whole batch at once where the store itself failed', async () => {
    const { batches, commits } = makeCommits(false);
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((item) => commits.append(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toHaveLength(1);
    expect(await commits.append('d')).toBe(1);
  });

  it('commits a crowd together that was answered in two parts, once they come again', async () => {
    const sizes: number[] = [];
    const answered = new EventEmitter();
    const commit = async (items: readonly string[]) => {
      sizes.push(items.length);
      if (sizes.length === 1) await once(answered, 'first');
    };
    const commits = new GroupCommit(commit, { batch: 64, queue: 64 }, overloaded, () => false);
    const comesAgain = async (name: string) => {
      await commits.append(name);
      // Its answer takes its way, and so does its next request.
      await new Promise(setImmediate);
      await commits.append(name);
    };
    const first = Array.from({ length: 16 }, (_, nth) => comesAgain(`first ${nth}`));
    while (sizes.length === 0) await new Promise(setImmediate);
    const second = Array.from({ length: 16 }, (_, nth) => commits.append(`second ${nth}`));
    answered.emit('first');
    await Promise.all([...first, ...second]);
    expect(sizes).toEqual([16, 32]);
  });

  it('refuses more than may wait', async () => {
    const { commits } = makeCommits(true);
    const waiting = ['a', 'b', 'c', 'd'].map((item) => commits.append(item));
    await expect(commits.append('e')).rejects.toThrow('overloaded');
    await Promise.all(waiting);
  });
});
