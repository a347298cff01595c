import type { Config } from '../config/config.js';
import type { Unsealed } from '../roots/roots.module.js';
import { RootUnsealing } from './root-unsealing.js';

/** Asks a keeper. @param root the setting that names the root key. @param number from 1 */
export type AskShare = (root: string, number: number, threshold: number) => Promise<string>;

/**
 * What opens `shamir:` roots where there is no server that their keepers could unseal: they give their shares to the command.
 * @param ask undefined: nobody can be asked, and such a root stays sealed
 * @throws KmsError as `RootUnsealing`
 */
export async function unsealByKeepers(config: Config, ask: AskShare | undefined): Promise<Unsealed> {
  if (!ask) return new Map();
  const unsealing = await RootUnsealing.begin(config, () => undefined);
  for (;;) {
    const sealed = unsealing.progress().roots.find(({ given, threshold }) => given < threshold);
    if (!sealed) return unsealing.unsealed;
    await unsealing.add(await ask(sealed.root, sealed.given + 1, sealed.threshold));
  }
}
