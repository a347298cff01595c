import { makeMemoryBed } from '../../support/memory-deps.js';
import { messagesSuite } from './crypto-messages.suite.js';

messagesSuite('in memory', makeMemoryBed);
