import 'reflect-metadata';
import { isKmsError } from './errors.js';
import { serve } from './serve.js';

/** sysexits.h: a configuration error. */
const EX_CONFIG = 78;

try {
  await serve(process.env);
} catch (error) {
  const refused = isKmsError(error, 'invalid-setting') || isKmsError(error, 'wrong-root-key');
  process.stderr.write(`keystead: ${isKmsError(error) ? error.message : String(error)}\n`);
  process.exit(refused ? EX_CONFIG : 1);
}
