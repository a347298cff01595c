import { makeMemoryBed } from '../../support/memory-deps.js';
import { policiesEndSuite } from './policies-end.suite.js';

policiesEndSuite('in memory', makeMemoryBed);
