import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readConfig } from '../../../src/config/config.js';
import { SETTINGS } from '../../../src/config/settings.js';

const LINE = /^(# )?([A-Z][A-Z0-9_]+)=(.*)$/;

interface Example {
  readonly name: string;
  readonly isUnset: boolean;
  readonly value: string;
  readonly meaning: string;
}

async function readExamples(): Promise<Example[]> {
  const lines = (await readFile(new URL('../../../.env.example', import.meta.url), 'utf8')).split('\n');
  return lines.flatMap((line, at) => {
    const [, comment, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ name, value, isUnset: comment !== undefined, meaning: lines[at - 1] ?? '' }];
  });
}

describe('.env.example', () => {
  it('has every setting once, in the order of the settings, and no other', async () => {
    const examples = await readExamples();
    expect(examples.map(({ name }) => name)).toEqual(Object.keys(SETTINGS));
  });

  it('tells each one’s meaning in one line', async () => {
    for (const { name, meaning } of await readExamples()) {
      expect([name, meaning]).toEqual([name, expect.stringMatching(/^# .{20,}\.$/)]);
    }
  });

  it('shows the defaults', async () => {
    const examples = await readExamples();
    const shown = Object.fromEntries(examples.flatMap(({ name, isUnset, value }) => (isUnset ? [] : [[name, value]])));
    const all: Readonly<Record<string, unknown>> = readConfig({});
    const defaults = Object.entries(all).filter(([name]) => name !== 'KEYSTEAD_NODE_NAME');
    expect(Object.keys(shown)).toEqual(defaults.map(([name]) => name));
    expect(readConfig(shown)).toEqual(readConfig({}));
    for (const [name, value] of defaults) expect([name, shown[name]]).toEqual([name, String(value)]);
  });

  it('shows what has no default as unset', async () => {
    const unset = (await readExamples()).filter(({ isUnset }) => isUnset);
    const defaults: Readonly<Record<string, unknown>> = readConfig({});
    for (const { name, value } of unset) {
      expect(value).toBe('');
      expect([name, defaults[name]]).toEqual([name, name === 'KEYSTEAD_NODE_NAME' ? hostname() : undefined]);
    }
  });
});
