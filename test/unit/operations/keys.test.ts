import { makeMemoryBed } from '../../support/memory-deps.js';
import { keysSuite } from './keys.suite.js';

keysSuite('in memory', makeMemoryBed);
