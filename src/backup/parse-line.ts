import { invalidBackup } from './invalid-backup.js';

/** @throws KmsError invalid-backup */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw invalidBackup('a line of it cannot be read', error);
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
