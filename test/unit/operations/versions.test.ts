import { makeMemoryBed } from '../../support/memory-deps.js';
import { versionsSuite } from './versions.suite.js';

versionsSuite('in memory', makeMemoryBed);
