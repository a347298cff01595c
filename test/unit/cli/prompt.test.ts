import { describe, expect, it } from '@jest/globals';
import { PassThrough, Writable } from 'node:stream';
import { Prompt } from '../../../src/cli/prompt.js';

/** A terminal that keeps what is shown, and whether the keyboard still echoed when a question was. */
function terminal() {
  let raw = false;
  const seen = { shown: '', echoing: [] as boolean[] };
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => (raw = on) });
  const stderr = new Writable({
    write(piece: Buffer, _encoding, done) {
      const text = piece.toString('utf8');
      seen.shown += text;
      if (text.endsWith(': ')) seen.echoing.push(!raw);
      done();
    },
  });
  return { env: {}, stdin, stdout: new PassThrough(), stderr, signal: new AbortController().signal, seen };
}

describe('a prompt', () => {
  it('asks when the keyboard no longer echoes, and shows no secret', async () => {
    const { seen, ...shell } = terminal();
    const prompt = new Prompt(shell);
    shell.stdin.write('dora\rtulip\r');
    expect(await prompt.ask('Name')).toBe('dora');
    expect(await prompt.askSecret('Password')).toBe('tulip');
    prompt.close();
    expect(seen).toEqual({ shown: 'Name: dora\nPassword: \n', echoing: [false, false] });
  });
});
