import { constants, open } from 'node:fs/promises';

/** A place outside the database to which text is delivered. */
export interface DeliveryTarget {
  /** As it is configured, without secrets. */
  readonly name: string;
  /** Durable, or taken over by somebody else, when it resolves. */
  deliver(text: string): Promise<void>;
}

const PATIENCE_MS = 5000;

/**
 * `file:/var/log/x`, `stdout`, or the URL of a webhook.
 * @throws Error for what is none of them
 */
export function deliveryTarget(address: string): DeliveryTarget {
  if (address === 'stdout') return streamTarget(address, process.stdout);
  if (address.startsWith('file:/')) return file(address);
  const url = /^https?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined;
  // Neither is repeated: a part of it may be a secret.
  if (!url) throw new Error(`'${address.slice(0, 8)}…' is no target: give file:/path, stdout, or https://…`);
  if (url.username !== '' || url.password !== '') {
    throw new Error(`the URL of a webhook at ${url.host} is no target: it holds a user or a password`);
  }
  return webhook(url);
}

/** A reader that hangs: what is written fails after a while, and nothing gathers behind it. */
export function streamTarget(name: string, stream: NodeJS.WritableStream, patienceMs = PATIENCE_MS): DeliveryTarget {
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())));
  return { name, deliver: oneAtATime(write, patienceMs) };
}

function file(name: string): DeliveryTarget {
  const path = name.slice('file:'.length);
  return { name, deliver: oneAtATime((text) => append(path, text), PATIENCE_MS) };
}

/** What cannot be ended is not begun again before it has ended. */
function oneAtATime(work: (text: string) => Promise<void>, patienceMs: number): DeliveryTarget['deliver'] {
  let running: Promise<void> | undefined;
  return async (text) => {
    if (running) throw new Error('it has not taken yet what it was given before');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it took nothing in time')), patienceMs);
    });
    running = work(text).finally(() => {
      clearTimeout(timer);
      running = undefined;
    });
    await Promise.race([running, late]);
  };
}

/**
 * All of it or nothing, on a line of its own: a process that was killed while it wrote left half a line. A pipe that nobody reads is refused: waiting
 * for it would hold up a thread of the process.
 */
async function append(path: string, text: string): Promise<void> {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
  const handle = await open(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o640);
  try {
    const before = await handle.stat();
    const isWhole = !before.isFile() || (await endsWithLine(path, before.size));
    try {
      await handle.appendFile(isWhole ? text : `\n${text}`);
      if (before.isFile()) await handle.datasync();
    } catch (error) {
      if (before.isFile()) await handle.truncate(before.size);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

async function endsWithLine(path: string, size: number): Promise<boolean> {
  if (size === 0) return true;
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === '\n';
  } finally {
    await handle.close();
  }
}

/** A webhook's path may be its secret: only the host is named. */
function webhook(url: URL): DeliveryTarget {
  return {
    name: url.origin,
    async deliver(text) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: text,
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    },
  };
}
