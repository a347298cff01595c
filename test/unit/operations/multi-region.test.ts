import { makeMemoryBed } from '../../support/memory-deps.js';
import { multiRegionSuite } from './multi-region.suite.js';

multiRegionSuite('in memory', makeMemoryBed);
