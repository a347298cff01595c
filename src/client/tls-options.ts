import { X509Certificate, createHash } from 'node:crypto';
import { checkServerIdentity, createSecureContext, type ConnectionOptions } from 'node:tls';
import { KeysteadError } from './keystead-error.js';

/** How the client knows the server, and shows itself, in TLS. Texts are PEM. */
export interface TlsOptions {
  /** The authorities that may vouch for the server, in place of the system's. */
  readonly ca?: string | undefined;
  /** A client certificate, its intermediates behind it: with a credential for it, no token is needed. */
  readonly cert?: string | undefined;
  /** Its private key. */
  readonly key?: string | undefined;
  /**
   * SHA-256 of the server's public key (SubjectPublicKeyInfo) in base64, or several of them, one of which it must be:
   * besides everything else that is verified.
   */
  readonly pin?: string | readonly string[] | undefined;
}

const PIN = /^[A-Za-z0-9+/]{43}=$/;

/** What is sent over the connection waits until all of this holds. @throws KeysteadError invalid-request */
export function connectionOptions({ ca, cert, key, pin }: TlsOptions): ConnectionOptions {
  if ((cert === undefined) !== (key === undefined)) {
    throw new KeysteadError('invalid-request', 'cert, key: give both or neither.');
  }
  const pins = pin === undefined ? undefined : [pin].flat();
  if (pins && (pins.length === 0 || pins.some((one) => !PIN.test(one)))) {
    throw new KeysteadError('invalid-request', 'pin: the SHA-256 of the public key in base64, 44 characters.');
  }
  const material = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
  mustBeUsable(material);
  return { ...material, ...(pins ? { checkServerIdentity: pinned(pins) } : {}) };
}

function mustBeUsable(material: ConnectionOptions): void {
  try {
    createSecureContext(material);
  } catch (cause) {
    const detail = 'ca, cert, key: not usable together; give PEM texts, the key not encrypted.';
    throw new KeysteadError('invalid-request', detail, { cause });
  }
}

/** Names as always, and the public key. Called before anything is sent. */
function pinned(pins: readonly string[]): typeof checkServerIdentity {
  return (host, certificate) => {
    const wrongName = checkServerIdentity(host, certificate);
    if (wrongName) return wrongName;
    const { publicKey } = new X509Certificate(certificate.raw);
    const pin = createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    if (pins.includes(pin)) return undefined;
    return Object.assign(new Error('the public key of the server is not the pinned one'), { code: 'WRONG_PIN' });
  };
}
