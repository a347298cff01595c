import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { makeAuthorityCertificate } from '../../pki/make-certificate.js';
import { makeCrl } from '../../pki/make-crl.js';
import type { AuthorityRow } from '../../pki/records.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { authorityName, makeAuthorityKey } from './authority-key.js';
import { describeAuthority, type AuthorityDescription } from './describe-authority.js';
import { CRL_VALID_MS } from './next-crl.js';

export interface InitPkiInput {
  /** SPIFFE trust domain, such as `prod.example`. */
  readonly trustDomain: string;
  /** Seconds that a certificate may live at most; default 7 days, at most 90. */
  readonly maxLifetime?: number;
  /** Where the world fetches the revocation list: an http:// or https:// URL, in every certificate. */
  readonly crlUrl?: string;
}

const DAY = 86_400;
const LIFETIME = { standard: 7 * DAY, most: 90 * DAY } as const;
const AUTHORITY_YEARS_MS = 10 * 365 * DAY * 1000;
/** A clock that is slow by so much takes a certificate all the same. */
export const BACKDATED_MS = 60_000;
const TRUST_DOMAIN = /^[a-z0-9]([a-z0-9._-]{0,48}[a-z0-9])?$/;

/** Makes the service's own certificate authority, once. Its key never leaves. */
export const initPki: ChangeOperation<InitPkiInput, Resolved, AuthorityDescription> = {
  name: 'pki.init',
  resolve: resolveInstall('pki.init'),

  async run(deps, _resolved, { trustDomain, maxLifetime = LIFETIME.standard, crlUrl }, commit) {
    mustBeTrustDomain(trustDomain);
    mustBeLifetime(maxLifetime);
    if (crlUrl !== undefined) mustBeUrl(crlUrl);
    const now = deps.clock.now();
    const { wrapped, sign, systemKeyring, publicKey, material } = await makeAuthorityKey(deps.secrets);
    const name = authorityName(trustDomain);
    const period = { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + AUTHORITY_YEARS_MS) };
    const { certificate } = await makeAuthorityCertificate({ publicKey, name, ...period }, sign);
    const times = { thisUpdate: new Date(now), nextUpdate: new Date(now + CRL_VALID_MS) };
    const crl = await makeCrl({ number: 1, revoked: [], ...times }, { name, publicKey, sign });
    const at = new Date(now);
    const row: Omit<AuthorityRow, 'revision'> = {
      id: INSTALL_SCOPE,
      trustDomain,
      systemKeyring,
      certificate,
      publicKey,
      material,
      maxLifetime,
      crlUrl: crlUrl ?? null,
      crl,
      crlNumber: 1,
      crlAt: at,
      createdAt: at,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      if (change.install.authority) {
        throw new KmsError('invalid-transition', 'there is a certificate authority already; GET /api/v1/pki shows it');
      }
      for (const wrapping of wrapped) change.putWrapped(wrapping);
      change.put('pki_authority', row);
      const output = describeAuthority(row);
      return { output, detail: { trustDomain, fingerprint: output.fingerprint, maxLifetime } };
    });
  },
};

function mustBeTrustDomain(trustDomain: string): void {
  if (TRUST_DOMAIN.test(trustDomain)) return;
  throw new KmsError(
    'invalid-request',
    'trustDomain: 1 to 50 small letters, digits, dots, underscores and hyphens, such as prod.example',
  );
}

function mustBeLifetime(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LIFETIME.most) return;
  throw new KmsError('invalid-request', `maxLifetime: 1 to ${LIFETIME.most} seconds`);
}

function mustBeUrl(url: string): void {
  // eslint-disable-next-line no-control-regex
  if (url.length <= 512 && /^https?:\/\/[\x21-\x7e]+$/.test(url) && URL.canParse(url)) return;
  throw new KmsError('invalid-request', 'crlUrl: an http:// or https:// URL of at most 512 characters');
}
