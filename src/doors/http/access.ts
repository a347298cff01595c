import { RouteConfig } from '@nestjs/platform-fastify';
import type { OperationName } from '../../operations/vocabulary.js';

/** Who may come in by a route: whoever holds the operation somewhere, or everybody without a token. */
export type Access =
  | {
      readonly operation: OperationName;
      /** The credential is in the body, so that whoever reads that authenticates: a person who logs in. */
      readonly inBody?: true;
    }
  | 'public'
  /** The handler authenticates, by a signature over the body. */
  | 'signed';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route has one; the service does not start otherwise (`require-access.ts`). */
    access?: Access;
  }
}

/** The route is for callers who hold `operation` somewhere; the fine decision is the operation's own. */
export function Requires(operation: OperationName): MethodDecorator {
  return RouteConfig({ access: { operation } satisfies Access });
}

/** The route's handler authenticates by the whole request. */
export function Signed(): MethodDecorator {
  return RouteConfig({ access: 'signed' satisfies Access });
}

/** The route answers without a token. */
export function Public(): MethodDecorator {
  return RouteConfig({ access: 'public' satisfies Access });
}
