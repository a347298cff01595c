/** Hashes in a full tile, entries in a full bundle. https://c2sp.org/tlog-tiles */
export const TILE_WIDTH = 256;

/** Names a tile of hashes, or a bundle of entries. */
export interface TileName {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1–256: how many hashes or entries it holds. */
  readonly width: number;
}

/** The path of a tile below `tile/`: `0/x001/x234/067`, `entries/000.p/17`. */
export function tilePath({ level, index, width }: TileName): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
  }
  const last = groups.pop() ?? '000';
  const path = [level, ...groups.map((group) => `x${group}`), last].join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

const TILE_PATH = /^(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** @returns undefined for what is no path of a tile */
export function readTilePath(path: string): TileName | undefined {
  const [, level, number, partial] = TILE_PATH.exec(path) ?? [];
  if (level === undefined || number === undefined) return undefined;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(number.replaceAll(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  // One name for one tile: no leading groups of zeros, no partial tile that is full.
  return name.width <= TILE_WIDTH && tilePath(name) === path ? name : undefined;
}

/** The hashes or entries of level `level` that a tree of `size` entries has in the tile of this number; 0: there is none. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}
