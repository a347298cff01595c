import { resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { KmsError } from '../errors.js';
import { localRootKeyPath } from '../roots/local/open-local-root-key.js';
import { sealMethodOf } from '../roots/local/open-sealed-root-key.js';
import { readRootKeyFile } from '../roots/local/read-root-key-file.js';
import { forget } from '../roots/local/root-key-file.js';
import type { FileSeal } from '../roots/local/sealed-file.js';
import { readShamirMethod, ShareCollector } from '../roots/local/shamir-seal.js';

const SETTINGS = ['KEYSTEAD_ROOT_KEY', 'KEYSTEAD_ROOT_KEY_NEXT'] as const;

/** One file that is sealed by shares. */
interface SealedRoot {
  /** The setting that names it. */
  readonly root: string;
  readonly uri: string;
  readonly path: string;
  readonly collector: ShareCollector;
  seal?: FileSeal;
}

/** Collects the shares of every `shamir:` root until they open its file. */
export class RootUnsealing {
  private constructor(
    private readonly roots: readonly SealedRoot[],
    private readonly log: (line: string) => void,
  ) {}

  /** @throws KmsError invalid-setting, wrong-root-key: there is no such file */
  static async begin(config: Config, log: (line: string) => void): Promise<RootUnsealing> {
    const roots: SealedRoot[] = [];
    for (const root of SETTINGS) {
      const uri = config[root];
      if (uri === undefined || !/^shamir:/i.test(uri)) continue;
      const path = localRootKeyPath(uri, { dataDir: resolve(config.KEYSTEAD_DATA_DIR) });
      roots.push({ root, uri, path, collector: new ShareCollector(readShamirMethod(await sealMethodOf(path))) });
    }
    return new RootUnsealing(roots, log);
  }

  /** What opens the roots, by their URIs. */
  get unsealed(): ReadonlyMap<string, FileSeal> {
    return new Map(this.roots.flatMap(({ uri, seal }) => (seal ? [[uri, seal]] : [])));
  }

  progress() {
    const roots = this.roots.map(({ root, seal, collector }) => {
      const { threshold, shares } = collector.wanted;
      return { root, given: seal ? threshold : collector.given, threshold, shares };
    });
    return { sealed: this.roots.some(({ seal }) => seal === undefined), roots };
  }

  /** @throws KmsError invalid-request; wrong-root-key for a file that was damaged or exchanged meanwhile: then all shares are asked for anew */
  async add(share: string) {
    const wanted = this.roots.filter(({ collector }) => collector.takes(share));
    if (wanted.length === 0) {
      throw new KmsError('invalid-request', 'share: of another root key, of another split, or made up');
    }
    for (const one of wanted) {
      if (one.seal) continue;
      const seal = one.collector.add(share);
      this.log(`${one.root}: ${seal ? 'the last share was' : 'one more share was'} given`);
      if (!seal) continue;
      forget((await readRootKeyFile(one.path, seal)).file);
      one.seal = seal;
    }
    return this.progress();
  }
}
