import { makeMemoryBed } from '../../support/memory-deps.js';
import { aliasesSuite } from './keys-aliases.suite.js';

aliasesSuite('in memory', makeMemoryBed);
