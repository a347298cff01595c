import { makeMemoryBed } from '../../support/memory-deps.js';
import { conditionsSuite } from './access-conditions.suite.js';

conditionsSuite('in memory', makeMemoryBed);
