import { makePostgresBed } from '../support/postgres-bed.js';
import { eventsSuite } from '../unit/operations/events.suite.js';
import { eventTypesSuite } from '../unit/operations/event-types.suite.js';

eventsSuite('on PostgreSQL', makePostgresBed);
eventTypesSuite('on PostgreSQL', makePostgresBed);
