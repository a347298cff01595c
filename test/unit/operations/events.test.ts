import { makeMemoryBed } from '../../support/memory-deps.js';
import { eventsSuite } from './events.suite.js';

eventsSuite('in memory', makeMemoryBed);
