import { makeMemoryBed } from '../../support/memory-deps.js';
import { credentialPolicySuite } from './credential-policy.suite.js';

credentialPolicySuite('in memory', makeMemoryBed);
