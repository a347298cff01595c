import { makeMemoryBed } from '../../support/memory-deps.js';
import { approvalsSuite } from './approvals.suite.js';
import { approversSuite } from './approvers.suite.js';
import { detoursSuite } from './detours.suite.js';

approvalsSuite('in memory', makeMemoryBed);
approversSuite('in memory', makeMemoryBed);
detoursSuite('in memory', makeMemoryBed);
