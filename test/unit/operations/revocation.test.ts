import { makeMemoryBed } from '../../support/memory-deps.js';
import { revocationSuite } from './revocation.suite.js';

revocationSuite('in memory', makeMemoryBed);
