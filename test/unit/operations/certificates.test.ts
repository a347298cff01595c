import { makeMemoryBed } from '../../support/memory-deps.js';
import { certificatesSuite } from './certificates.suite.js';

certificatesSuite('in memory', makeMemoryBed);
