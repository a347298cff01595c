import { hostname } from 'node:os';
import { redact, redactFields } from './redact.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What Nest says while it puts itself together interests nobody who runs the service. */
const FRAMEWORK: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * Writes one JSON object a line: time, level, context, and the message or the fields of an object. Fields whose names
 * tell of a secret are redacted, at any depth. It has the methods that Nest expects of a logger.
 */
export class JsonLogger {
  readonly #least: number;
  readonly #host = hostname();

  /** @param least the least important level that is written */
  constructor(
    least: LogLevel,
    private readonly write: (line: string) => void = (line) => process.stderr.write(line),
  ) {
    this.#least = LOG_LEVELS.indexOf(least);
  }

  fatal(message: unknown, ...context: unknown[]): void {
    this.#line('fatal', message, context);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.#line('error', message, context);
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.#line('warn', message, context);
  }

  log(message: unknown, ...context: unknown[]): void {
    this.#line('info', message, context);
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.#line('debug', message, context);
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.#line('verbose', message, context);
  }

  /** Nest calls `error(message, stack?, context?)` and `log(message, …more, context?)`. */
  #line(said: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const level = said === 'info' && FRAMEWORK.has(context) ? 'debug' : said;
    if (LOG_LEVELS.indexOf(level) > this.#least) return;
    const more = rest.slice(0, context === undefined ? undefined : -1).filter((part) => part !== undefined);
    const line = {
      time: new Date().toISOString(),
      level,
      host: this.#host,
      pid: process.pid,
      context,
      ...fieldsOf(message),
      ...(more.length > 0 ? { more: more.map((part) => redact(part)) } : {}),
    };
    this.write(`${JSON.stringify(line)}\n`);
  }
}

function fieldsOf(message: unknown): object {
  if (message instanceof Error) return { error: redact(message) };
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return { message: redact(message) };
  return redactFields(message);
}
