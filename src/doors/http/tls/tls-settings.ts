/** Where the parts of TLS are: files in PEM, read at the start and again whenever they change. */
export interface TlsSettings {
  /** The server's certificate, with its intermediates behind it. */
  readonly cert: string;
  /** Its private key, not encrypted. */
  readonly key: string;
  readonly minVersion: '1.2' | '1.3';
  /** The authorities whose client certificates let callers in; undefined: none is asked for. */
  readonly clientCa?: string | undefined;
  /** The revocation lists of those authorities, of all of a chain. */
  readonly crl?: string | undefined;
}
