import { makeMemoryBed } from '../../support/memory-deps.js';
import { keyLifecycleSuite } from './keys-lifecycle.suite.js';

keyLifecycleSuite('in memory', makeMemoryBed);
