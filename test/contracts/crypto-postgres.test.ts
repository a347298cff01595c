import { makePostgresBed } from '../support/postgres-bed.js';
import { dataKeysSuite } from '../unit/operations/crypto-data-keys.suite.js';
import { importSuite } from '../unit/operations/crypto-import.suite.js';
import { messagesSuite } from '../unit/operations/crypto-messages.suite.js';
import { signaturesSuite } from '../unit/operations/crypto-signatures.suite.js';

for (const suite of [messagesSuite, dataKeysSuite, signaturesSuite, importSuite])
  suite('on PostgreSQL', makePostgresBed);
