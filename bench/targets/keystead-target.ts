import type { PrivateServer } from '../../scripts/private-server.js';
import type { Target } from './target.js';

/** A Keystead under measurement. */
export interface KeysteadTarget extends Target {
  readonly server: PrivateServer;
  /** Of a caller with the role `key-admin`, and one with `crypto-user`. */
  readonly tokens: { readonly keyAdmin: string; readonly app: string };
  /** What is to be known of the database, for the report. */
  readonly database: string;
}
