import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { filesHere, wycheproofIsHere } from './wycheproof.js';

const itHere = wycheproofIsHere ? it : it.skip;

itHere('every Wycheproof file that is here is used by a test', () => {
  const tests = readdirSync(new URL('.', import.meta.url)).filter((name) => /^wycheproof-.*\.test\.ts$/.test(name));
  const source = tests.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n');
  expect(filesHere().length).toBeGreaterThan(0);
  expect(filesHere().filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});
