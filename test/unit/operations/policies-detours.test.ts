import { makeMemoryBed } from '../../support/memory-deps.js';
import { policyDetoursSuite } from './policies-detours.suite.js';
import { guardedPoliciesSuite } from './policies-guarded.suite.js';

policyDetoursSuite('in memory', makeMemoryBed);
guardedPoliciesSuite('in memory', makeMemoryBed);
