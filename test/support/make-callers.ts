import { call, type Tokens } from './server.js';

const ROLES = {
  admin: ['administrator', 'person', { everything: true }],
  keyAdmin: ['key-admin', 'person', { keyring: 'default' }],
  app: ['crypto-user', 'service', { keyring: 'default' }],
  auditor: ['auditor', 'person', { everything: true }],
} as const;

/** The callers that the embedded database's first start makes, made on an external one with its bootstrap token. */
export async function makeCallers(server: { readonly url: string }, bootstrap: string): Promise<Tokens> {
  const make = async (path: string, body: object) => {
    const answer = await call(server, bootstrap, 'POST', `/api/v1/${path}`, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const makeCaller = async ([role, type, scope]: (typeof ROLES)[keyof typeof ROLES]): Promise<string> => {
    const { id } = await make('callers', { name: `test-${role}`, type });
    await make('bindings', { caller: id, role, scope });
    return (await make(`callers/${id}/tokens`, {})).token;
  };
  return {
    admin: await makeCaller(ROLES.admin),
    keyAdmin: await makeCaller(ROLES.keyAdmin),
    app: await makeCaller(ROLES.app),
    auditor: await makeCaller(ROLES.auditor),
  };
}
