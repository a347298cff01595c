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

  it('refuses more than may wait', async () => {
    const { commits } = makeCommits(true);
    const waiting = ['a', 'b', 'c', 'd'].map((item) => commits.append(item));
    await expect(commits.append('e')).rejects.toThrow('overloaded');
    await Promise.all(waiting);
  });
});
