import { open } from 'node:fs/promises';

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
  if (address === 'stdout') return { name: 'stdout', deliver: async (text) => void process.stdout.write(text) };
  if (address.startsWith('file:/')) {
    const path = address.slice('file:'.length);
    return { name: address, deliver: (text) => appendLines(path, text) };
  }
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return webhook(new URL(address));
  throw new Error(`'${address}' is no target: give file:/path, stdout, or https://…`);
}

/** A process that was killed while it wrote left half a line: what follows begins a new one. */
async function appendLines(path: string, text: string): Promise<void> {
  const file = await open(path, 'a+', 0o640);
  try {
    const stat = await file.stat();
    const last = Buffer.from('\n');
    if (stat.size > 0) await file.read(last, 0, 1, stat.size - 1);
    await file.appendFile(last.toString() === '\n' ? text : `\n${text}`);
    // A device or a pipe cannot be flushed.
    if (stat.isFile()) await file.datasync();
  } finally {
    await file.close();
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
