import { makeMemoryBed } from '../../support/memory-deps.js';
import { accessSuite } from './access.suite.js';

accessSuite('in memory', makeMemoryBed);
