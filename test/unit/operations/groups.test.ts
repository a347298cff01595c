import { makeMemoryBed } from '../../support/memory-deps.js';
import { groupsSuite } from './groups.suite.js';

groupsSuite('in memory', makeMemoryBed);
