import { makeMemoryBed } from '../../support/memory-deps.js';
import { accessKeysSuite } from './access-keys.suite.js';

accessKeysSuite('in memory', makeMemoryBed);
