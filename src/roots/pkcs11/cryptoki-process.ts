import { spawn, type ChildProcess } from 'node:child_process';

/** A function of the library answered with an error, such as `CKR_PIN_INCORRECT`; or there was no answer. */
export class CryptokiFailure extends Error {
  constructor(
    /** `CKR_…`; `TIMEOUT`, `ENDED`: no answer; `NOT_INSTALLED`, `NOT_LOADED`: neither package nor library to ask. */
    readonly symptom: string,
    readonly method: string,
  ) {
    super(`${method}: ${symptom}`);
    this.name = 'CryptokiFailure';
  }
}

/**
 * Plain JavaScript, so that the same process runs from compiled files and from TypeScript sources under a test runner. It calls what it
 * is asked to call, and ends with the process that started it.
 */
const SOURCE = `
  const [from, path] = process.argv.slice(1);
  const { createRequire } = require('node:module');
  const zero = (value) => {
    if (value instanceof Uint8Array) value.fill(0);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(zero);
  };
  let library;
  const start = () => {
    try { library = new (createRequire(from)('pkcs11js').PKCS11)(); } catch { return 'NOT_INSTALLED'; }
    try { library.load(path); } catch { return 'NOT_LOADED'; }
    try { library.C_Initialize({ flags: 2 }); } catch (error) { return error.message; }
  };
  const failure = start();
  process.on('message', ({ id, method, args }) => {
    let answer = { id, failure };
    if (failure === undefined) {
      try { answer = { id, result: library[method](...args) }; } catch (error) { answer = { id, failure: error.message }; }
    }
    process.send(answer, () => zero([args, answer]));
  });
  process.on('disconnect', () => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
`;

/** For one call: an HSM on the network may take its time, and starting a process on a busy machine too. */
const PATIENCE_MS = 20_000;

/** Libraries are told by variables of their vendors' where their settings are; those of the service, with its secrets, are not for them. */
function vendorEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KEYSTEAD_|OTEL_|PG)/.test(name)));
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
}

/**
 * A vendor's PKCS #11 library in a process of its own: its calls block, and it may hang or crash, which must not befall the
 * service. Such a process is killed, and the next one begins anew.
 */
export class CryptokiProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;
  #ended = false;

  constructor(modulePath: string) {
    this.#child = spawn(process.execPath, ['-e', SOURCE, import.meta.url, modulePath], {
      env: vendorEnvironment(),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.unref();
    this.#child.channel?.unref();
    this.#child.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.(answer));
    this.#child.on('error', () => this.end());
    this.#child.on('exit', () => this.end());
  }

  /** @throws CryptokiFailure */
  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    if (this.#ended) throw new CryptokiFailure('ENDED', method);
    const id = ++this.#calls;
    const { result, failure } = await new Promise<Answer>((settle) => {
      // It also keeps this process alive while it waits.
      const timer = setTimeout(() => settle({ id, failure: 'TIMEOUT' }), PATIENCE_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        settle(answer);
      });
      this.#child.send({ id, method, args }, (error) => error && this.end());
    });
    this.#waiting.delete(id);
    if (failure === 'TIMEOUT') this.end();
    if (failure !== undefined) throw new CryptokiFailure(failure, method);
    return result as T;
  }

  /** Whoever waits is told. */
  end(): void {
    this.#ended = true;
    this.#child.kill('SIGKILL');
    for (const [id, settle] of this.#waiting) settle({ id, failure: 'ENDED' });
  }
}
