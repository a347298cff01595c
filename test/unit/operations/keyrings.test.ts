import { makeMemoryBed } from '../../support/memory-deps.js';
import { keyringsSuite } from './keyrings.suite.js';

keyringsSuite('in memory', makeMemoryBed);
