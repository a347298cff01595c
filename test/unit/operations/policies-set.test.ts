import { makeMemoryBed } from '../../support/memory-deps.js';
import { policySettingSuite } from './policies-set.suite.js';

policySettingSuite('in memory', makeMemoryBed);
