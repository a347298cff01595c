import { makeMemoryBed } from '../../support/memory-deps.js';
import { signaturesSuite } from './crypto-signatures.suite.js';

signaturesSuite('in memory', makeMemoryBed);
