import { makeMemoryBed } from '../../support/memory-deps.js';
import { bindingsSuite } from './access-bindings.suite.js';

bindingsSuite('in memory', makeMemoryBed);
