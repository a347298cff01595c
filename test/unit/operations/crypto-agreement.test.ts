import { makeMemoryBed } from '../../support/memory-deps.js';
import { agreementSuite } from './crypto-agreement.suite.js';

agreementSuite('in memory', makeMemoryBed);
