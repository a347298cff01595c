import { randomInt } from 'node:crypto';
import { KmsError } from '../errors.js';
import { uuidv7 } from './uuid.js';

/** One of the keys that a multi-Region key is: of the keyring that stands for the region. */
export interface RegionalKey {
  readonly region: string;
  /** Id. */
  readonly keyring: string;
  /** Id. */
  readonly key: string;
}

/** The keys of one material in several regions, as each of them has it in its own sealed row. */
export interface MultiRegion {
  readonly primary: RegionalKey;
  readonly replicas: readonly RegionalKey[];
  /** Of a primary whose destruction was asked for while it had replicas: how long it waits once the last of them is gone. */
  readonly windowDays?: number;
}

/** What of a key says where else it is. */
interface Related {
  readonly id: string;
  readonly multiRegion?: MultiRegion | null;
}

const REGIONAL_PART = -4;
const NO_REGION = '0000';
const AWS_ID = /^mrk-([0-9a-f]{8})([0-9a-f]{4})(8[0-9a-f]{3})([0-9a-f]{4})([0-9a-f]{8}0000)$/;

/** A lineage of its own kind: UUID version 8 (RFC 9562 section 5.8), its last 16 bits free for the keys in the regions. */
export function multiRegionLineage(): string {
  const made = uuidv7();
  return `${made.slice(0, 14)}8${made.slice(15, REGIONAL_PART)}${NO_REGION}`;
}

/** Id of a new key of the lineage. Should there be one already, its row cannot be written and another id is tried. */
export function regionalKeyId(lineageId: string): string {
  return lineageId.slice(0, REGIONAL_PART) + randomInt(1, 0x10000).toString(16).padStart(4, '0');
}

/** What AWS calls a key: `mrk-…` in every region where it is a multi-Region key's, else its id. */
export function awsKeyId(id: string): string {
  if (id.charAt(14) !== '8') return id;
  return `mrk-${id.slice(0, REGIONAL_PART).replaceAll('-', '')}${NO_REGION}`;
}

/** `mrk-…` → the lineage; undefined for any other reference. */
export function lineageOfAwsId(ref: string): string | undefined {
  return AWS_ID.exec(ref)?.slice(1).join('-');
}

export function keysOf({ primary, replicas }: MultiRegion): readonly RegionalKey[] {
  return [primary, ...replicas];
}

/** Those in other regions. */
export function othersOf({ id, multiRegion }: Related): readonly RegionalKey[] {
  return multiRegion ? keysOf(multiRegion).filter(({ key }) => key !== id) : [];
}

export function isReplica({ id, multiRegion }: Related): boolean {
  return multiRegion ? multiRegion.primary.key !== id : false;
}

/** Every keyring that a change of a key and of its keys in other regions takes. */
export function keyringsOf(key: Related & { readonly keyringId: string }): readonly string[] {
  return [key.keyringId, ...othersOf(key).map(({ keyring }) => keyring)];
}

/** @throws KmsError unsupported-operation */
export function mustBePrimary({ id, multiRegion }: Related): MultiRegion {
  if (multiRegion?.primary.key === id) return multiRegion;
  throw new KmsError('unsupported-operation', 'the key is not a multi-Region primary key');
}
