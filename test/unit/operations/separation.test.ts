import { makeMemoryBed } from '../../support/memory-deps.js';
import { separationSuite } from './separation.suite.js';

separationSuite('in memory', makeMemoryBed);
