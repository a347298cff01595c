import { makeMemoryBed } from '../../support/memory-deps.js';
import { credentialsSuite } from './credentials.suite.js';

credentialsSuite('in memory', makeMemoryBed);
