import { makeMemoryBed } from '../../support/memory-deps.js';
import { recordsSuite } from './records.suite.js';

recordsSuite('in memory', makeMemoryBed);
