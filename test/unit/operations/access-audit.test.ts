import { makeMemoryBed } from '../../support/memory-deps.js';
import { auditSuite } from './access-audit.suite.js';

auditSuite('in memory', makeMemoryBed);
