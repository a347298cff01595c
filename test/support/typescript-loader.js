/**
 * `node --import ./test/support/typescript-loader.js some-file.ts` runs TypeScript straight from the sources, with the
 * same compiler settings as jest's: for programs that tests start, and kill, as processes of their own.
 */
import { register } from 'node:module';

register('./typescript-hooks.js', import.meta.url);
