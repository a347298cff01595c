import { makeMemoryBed } from '../../support/memory-deps.js';
import { importSuite } from './crypto-import.suite.js';

importSuite('in memory', makeMemoryBed);
