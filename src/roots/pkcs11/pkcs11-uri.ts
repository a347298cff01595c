import { isAbsolute } from 'node:path';
import { KmsError } from '../../errors.js';

/** Where a root key lies in a token. */
export interface Pkcs11Address {
  /** The vendor's library. */
  readonly modulePath: string;
  /** What the token must answer to; at least one is given. */
  readonly token?: string;
  readonly serial?: string;
  /** CKA_LABEL of the key's versions. */
  readonly object: string;
  /** Of the root: of token and object, whatever the path of the library. */
  readonly id: string;
}

const EXAMPLE = 'pkcs11:token=keystead;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so';

/**
 * Reads a PKCS #11 URI (RFC 7512): `token` or `serial` and `object` in the path, `module-path` in the query; nothing else.
 * @throws KmsError invalid-setting, which repeats no value
 */
export function parsePkcs11Uri(uri: string): Pkcs11Address {
  const [path = '', query = ''] = uri.slice(uri.indexOf(':') + 1).split('?');
  const given = new Map([...attributes(path, ';'), ...attributes(query, '&')]);
  for (const name of given.keys()) {
    if (name.startsWith('pin-')) throw refused(`${name} has no place in it: set KEYSTEAD_PKCS11_PIN`);
    if (!['token', 'serial', 'object', 'module-path'].includes(name))
      throw refused(`the attribute ${name} is not known`);
  }
  const [token, serial, object, modulePath] = ['token', 'serial', 'object', 'module-path'].map((it) => given.get(it));
  if (token === undefined && serial === undefined) throw refused('token or serial is missing');
  if (object === undefined) throw refused('object, the label of the key, is missing');
  if (modulePath === undefined || !isAbsolute(modulePath)) {
    throw refused('module-path, the absolute path of the library of the HSM, is missing');
  }
  const id = `pkcs11:${encodeURIComponent(token ?? serial ?? '')}/${encodeURIComponent(object)}`;
  return { modulePath, object, id, ...(token !== undefined && { token }), ...(serial !== undefined && { serial }) };
}

function attributes(text: string, between: string): [string, string][] {
  return text
    .split(between)
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('=');
      if (at < 1 || at === one.length - 1) throw refused('an attribute is not of the form name=value');
      try {
        return [one.slice(0, at), decodeURIComponent(one.slice(at + 1))];
      } catch {
        throw refused('an attribute is not percent-encoded as it should be');
      }
    });
}

function refused(why: string): KmsError {
  return new KmsError('invalid-setting', `The root key URI of pkcs11: is not usable: ${why}. An example: ${EXAMPLE}`);
}
