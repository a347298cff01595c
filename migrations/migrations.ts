import { Keystead1700000000001 } from './1700000000001-keystead.js';

/** In the order in which they are applied. */
export const MIGRATIONS = [Keystead1700000000001];
