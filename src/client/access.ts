import type { Able, AccessQuestion, Explanation, ExplainInput } from './group-types.js';
import type { Transport } from './transport.js';

/** Who may do what, and why. Every method throws a KeysteadError. */
export class Access {
  constructor(private readonly transport: Transport) {}

  /** By the service's own decision; nothing is done. */
  async explain({ context = {}, ...question }: ExplainInput): Promise<Explanation> {
    const pairs = Object.entries(context).map(([name, value]) => `${name}=${value}`);
    const query = { ...question, ...(pairs.length > 0 ? { context: pairs } : {}) };
    return this.transport.call({ method: 'GET', path: '/api/v1/access/explain', query });
  }

  /** Every caller who could, and every group that JWTs can name. */
  async whoCan(question: AccessQuestion): Promise<readonly Able[]> {
    const { items } = await this.transport.call<{ readonly items: readonly Able[] }>({
      method: 'GET',
      path: '/api/v1/access/who-can',
      query: { ...question },
    });
    return items;
  }
}
