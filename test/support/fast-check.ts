import { configureGlobal } from 'fast-check';

/** The same inputs in every run, so that none fails by chance. KEYSTEAD_TEST_SEED, a number or `random`, explores others. */
const given = process.env['KEYSTEAD_TEST_SEED'];
const seed = given === 'random' ? Math.trunc(Math.random() * 2 ** 31) : Number(given ?? 4711);
if (!Number.isInteger(seed)) throw new Error('KEYSTEAD_TEST_SEED: a whole number, or random');

configureGlobal({ seed });

export * from 'fast-check';
