import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { KmsError } from '../errors.js';

/**
 * A call of a library function that must not run on the event loop: costly, and without an asynchronous form of its own.
 * Arguments and result cross by structured clone (KeyObjects may be among them); byte arrays are copied on this side, moved to the
 * worker, and zeroed there after the call, as they may be secret.
 */
export interface WorkerCall {
  readonly module: 'node:crypto' | `@noble/${string}`;
  /** The names from the module's exports to the function, for example ['ml_dsa65', 'sign']. */
  readonly path: readonly string[];
  readonly args: readonly unknown[];
}

interface Job {
  readonly call: WorkerCall;
  readonly settle: (outcome: Outcome) => void;
}

type Outcome = { readonly result: unknown } | { readonly failure: 'refused' | 'broken' };

/** The function itself refused its input; what it said is not repeated, as it may describe secret data. */
export class RefusedByFunction extends Error {
  constructor(call: WorkerCall) {
    super(`${call.path.join('.')} refused its input`);
    this.name = 'RefusedByFunction';
  }
}

/**
 * Plain JavaScript, so that the same worker runs from compiled files and from TypeScript sources under a test runner. Packages are
 * resolved from this module's place, not from the current directory.
 */
const WORKER_SOURCE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { createRequire } = require('node:module');
  const { pathToFileURL } = require('node:url');
  const { resolve } = createRequire(workerData);
  const ownBytes = (value) =>
    value instanceof Uint8Array ? new Uint8Array(value)
    : value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, ownBytes(field)]))
    : value;
  const buffersOf = (value) =>
    value instanceof Uint8Array ? [value.buffer]
    : value !== null && typeof value === 'object' ? Object.values(value).flatMap(buffersOf)
    : [];
  const zero = (value) => {
    if (value instanceof Uint8Array) value.fill(0);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(zero);
  };
  parentPort.on('message', async ({ module, path, args }) => {
    let loaded;
    try {
      loaded = await import(module.startsWith('node:') ? module : pathToFileURL(resolve(module)).href);
    } catch (error) {
      parentPort.postMessage({ failure: 'broken' });
      return;
    }
    try {
      let owner, target = loaded;
      for (const name of path) [owner, target] = [target, target[name]];
      const returned = target.apply(owner, args);
      const result = ownBytes(returned);
      zero(returned);
      parentPort.postMessage({ result }, buffersOf(result));
    } catch {
      parentPort.postMessage({ failure: 'refused' });
    } finally {
      zero(args);
    }
  });
`;

/** More calls than this in the queue are refused as overload: each of them already waits for seconds. */
const MAX_WAITING = 2_000;
const MAX_WORKERS = Math.max(1, Math.min(8, availableParallelism() - 1));

const idle: Worker[] = [];
const waiting: Job[] = [];
let workers = 0;

/**
 * Runs `call` in a worker thread. Workers start with the first calls, stay for later ones, and keep the process alive only while
 * they work.
 * @returns what the function returned, with plain Uint8Arrays for bytes
 * @throws RefusedByFunction if the function threw
 * @throws KmsError overloaded if too many calls wait, internal-error if the worker died
 */
export async function runInWorker(call: WorkerCall): Promise<unknown> {
  if (waiting.length >= MAX_WAITING) {
    throw new KmsError('overloaded', 'Too many costly operations are waiting: try again later.');
  }
  const outcome = await new Promise<Outcome>((settle) => {
    waiting.push({ call, settle });
    startNext();
  });
  if ('result' in outcome) return outcome.result;
  if (outcome.failure === 'refused') throw new RefusedByFunction(call);
  throw new KmsError('internal-error', 'A worker for costly operations stopped unexpectedly.');
}

/** The same, for a function that returns bytes. */
export async function bytesFromWorker(call: WorkerCall): Promise<Buffer> {
  return bufferOver(await runInWorker(call));
}

/** The same, for a function that returns an object of byte arrays. @returns a function from field name to its bytes */
export async function fieldsFromWorker(call: WorkerCall): Promise<(name: string) => Buffer> {
  const fields = new Map<string, unknown>(Object.entries((await runInWorker(call)) ?? {}));
  return (name) => bufferOver(fields.get(name));
}

/** The same memory as a Buffer: no second copy of what may be secret. */
function bufferOver(bytes: unknown): Buffer {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('the function in the worker did not return bytes');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startNext(): void {
  const worker = idle.pop() ?? (workers < MAX_WORKERS && waiting.length > 0 ? startWorker() : undefined);
  if (worker === undefined) return;
  const job = waiting.shift();
  if (job === undefined) {
    idle.push(worker);
    return;
  }
  work(worker, job);
}

function startWorker(): Worker {
  workers++;
  // The warnings and flags of this process are not the worker's business.
  return new Worker(WORKER_SOURCE, { eval: true, workerData: import.meta.url, execArgv: [], env: {} });
}

function work(worker: Worker, job: Job): void {
  const finish = (outcome: Outcome, alive: boolean): void => {
    worker.removeAllListeners();
    worker.unref();
    if (alive) {
      // An idle worker that dies (out of memory, say) is forgotten, and its slot is free again.
      worker.once('error', () => undefined);
      worker.once('exit', () => forget(worker));
      idle.push(worker);
    } else {
      workers--;
    }
    job.settle(outcome);
    startNext();
  };
  worker.removeAllListeners();
  worker.ref();
  worker.once('message', (outcome: Outcome) => finish(outcome, true));
  worker.once('error', () => {
    void worker.terminate();
    finish({ failure: 'broken' }, false);
  });
  worker.once('exit', () => finish({ failure: 'broken' }, false));
  const moved: ArrayBuffer[] = [];
  const args = job.call.args.map((value) => {
    if (!(value instanceof Uint8Array)) return value;
    // A copy in memory of its own: the worker gets these bytes only, not the pool they lie in.
    const own = new Uint8Array(value);
    moved.push(own.buffer);
    return own;
  });
  worker.postMessage({ module: job.call.module, path: job.call.path, args }, moved);
}

function forget(worker: Worker): void {
  const at = idle.indexOf(worker);
  if (at >= 0) idle.splice(at, 1);
  workers--;
}
