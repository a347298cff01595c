import { makePostgresBed } from '../support/postgres-bed.js';
import { dataKeysSuite } from '../unit/operations/crypto-data-keys.suite.js';
import { importSuite } from '../unit/operations/crypto-import.suite.js';
import { messagesSuite } from '../unit/operations/crypto-messages.suite.js';
import { signaturesSuite } from '../unit/operations/crypto-signatures.suite.js';
import { multiRegionSuite } from '../unit/operations/multi-region.suite.js';

for (const suite of [multiRegionSuite, messagesSuite, dataKeysSuite, signaturesSuite, importSuite])
  suite('on PostgreSQL', makePostgresBed);
