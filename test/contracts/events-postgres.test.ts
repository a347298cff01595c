import { makePostgresBed } from '../support/postgres-bed.js';
import { eventsSuite } from '../unit/operations/events.suite.js';

eventsSuite('on PostgreSQL', makePostgresBed);
