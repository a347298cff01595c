import { makeMemoryBed } from '../../support/memory-deps.js';
import { eventsSuite } from './events.suite.js';
import { eventTypesSuite } from './event-types.suite.js';

eventsSuite('in memory', makeMemoryBed);
eventTypesSuite('in memory', makeMemoryBed);
