import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where Debian's package and others put it. */
const MODULE = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
].find((path) => existsSync(path));

export const PIN = 'pin-of-a-test-7391';

/** SoftHSM, if it and pkcs11js are here; else why not. Its tokens are where the setup of all tests said (SOFTHSM2_CONF). */
export class SoftHsm {
  static readonly missing: string | undefined = whatIsMissing();
  readonly module = MODULE ?? '';

  /** Makes a token. */
  token(label: string, pin = PIN): void {
    const words = ['--init-token', '--free', '--label', label, '--so-pin', 'so-pin-of-a-test', '--pin', pin];
    execFileSync('softhsm2-util', words, { stdio: 'ignore' });
  }

  uri(token: string, object = 'root'): string {
    return `pkcs11:token=${token};object=${object}?module-path=${this.module}`;
  }

  /** The folder of one token: without it the token is out of its slot. */
  folder(label: string): string {
    const conf = readFileSync(process.env['SOFTHSM2_CONF'] ?? '', 'utf8');
    const all = /tokendir = (.*)/.exec(conf)?.[1] ?? '';
    // Another test file may just be making one of its own.
    const made = readdirSync(all).filter((name) => existsSync(join(all, name, 'token.object')));
    const own = made.find((name) => readFileSync(join(all, name, 'token.object')).includes(label));
    if (own === undefined) throw new Error(`no token ${label}`);
    return join(all, own);
  }
}

function whatIsMissing(): string | undefined {
  if (!MODULE || !existsSync('/usr/bin/softhsm2-util')) return 'SoftHSM is not installed (Debian: softhsm2)';
  try {
    createRequire(import.meta.url)('pkcs11js');
    return undefined;
  } catch {
    return 'pkcs11js is not installed (it needs a C++ compiler)';
  }
}
