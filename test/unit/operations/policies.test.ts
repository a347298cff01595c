import { makeMemoryBed } from '../../support/memory-deps.js';
import { policiesSuite } from './policies.suite.js';

policiesSuite('in memory', makeMemoryBed);
