import { Client, type ClientConfig } from 'pg';

/** Told of a statement when it is sent; what it returns, when it has ended. */
export type StatementWatch = (client: Client, statement: unknown) => (error?: unknown) => void;

/** Connections of `Base` whose statements a watch is told of. */
export function tellingClient(watch: StatementWatch, Base: typeof Client = Client): typeof Client {
  return class TellingClient extends Base {
    constructor(config?: string | ClientConfig) {
      super(config);
      const query = this.query.bind(this) as (...args: unknown[]) => unknown;
      const told = (...args: unknown[]): unknown => {
        const end = watch(this, args[0]);
        const done = args.at(-1);
        if (typeof done !== 'function') return endWith(query(...args), end);
        const answered = (error: unknown, ...answer: unknown[]): unknown => {
          end(error);
          return done(error, ...answer);
        };
        return query(...args.slice(0, -1), answered);
      };
      Object.assign(this, { query: told });
    }
  };
}

function endWith(answer: unknown, end: (error?: unknown) => void): unknown {
  // Of a cursor or a stream the end is not ours to know.
  if (!(answer instanceof Promise)) end();
  else void answer.then(() => end(), end);
  return answer;
}
