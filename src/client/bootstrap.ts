import type { Transport } from './transport.js';

export interface FinishedBootstrap {
  /** Ids of the tokens that ended. */
  readonly tokens: readonly string[];
  /** Ids of the administrators who can come in. */
  readonly administrators: readonly string[];
}

/** The first administrator. Every method throws a KeysteadError. */
export class Bootstrap {
  constructor(private readonly transport: Transport) {}

  /** Retires it. Refused while no other administrator could come in. */
  async finish(): Promise<FinishedBootstrap> {
    return this.transport.call({ method: 'POST', path: '/api/v1/bootstrap/finish', body: {} });
  }
}
