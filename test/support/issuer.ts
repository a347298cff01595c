import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { freePort } from './free-port.js';

const PROCESS = fileURLToPath(new URL('issuer-process.js', import.meta.url));

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function makeSigningKey(kid: string): Promise<SigningKey> {
  return { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
}

/** A real issuer (oidc-provider) whose keys the test has too, so that it can sign what the issuer would not. */
export class Issuer {
  private constructor(
    private child: ChildProcess,
    readonly port: number,
    private key: SigningKey,
  ) {}

  static async start(key: SigningKey): Promise<Issuer> {
    const port = await freePort();
    return new Issuer(await launch(port, key), port, key);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same issuer with another key and no longer with the old one. */
  async rollOver(key: SigningKey): Promise<void> {
    await this.stop();
    this.child = await launch(this.port, key);
    this.key = key;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }

  /** A JWT that the issuer gives its client `build-7`. @param audience `keystead` is what the service wants */
  async token(audience = 'keystead'): Promise<string> {
    const answer = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('build-7:not-a-secret').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'use', resource: `urn:${audience}` }),
    });
    const body: { readonly access_token?: string } = JSON.parse(await answer.text());
    if (body.access_token === undefined)
      throw new Error(`the issuer answers ${answer.status}: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  /** One that is signed as the issuer would sign it, with these claims. Times in seconds from now. */
  async sign(
    claims: Readonly<Record<string, unknown>>,
    times: { readonly exp?: number; readonly nbf?: number } = {},
    kid = this.key.kid,
  ) {
    const now = Math.floor(Date.now() / 1000);
    const { exp = 600, nbf = 0 } = times;
    return new SignJWT({ iss: this.url, aud: 'keystead', sub: 'build-7', exp: now + exp, nbf: now + nbf, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(this.key.privateKey);
  }
}

async function launch(port: number, { kid, privateKey }: SigningKey): Promise<ChildProcess> {
  const child = fork(PROCESS, { stdio: 'ignore' });
  const jwk = await exportJWK(privateKey);
  child.send({ port, jwks: { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] } });
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the issuer ended with ${String(code)}`)),
  );
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}
