import { makeMemoryBed } from '../../support/memory-deps.js';
import { dataKeysSuite } from './crypto-data-keys.suite.js';

dataKeysSuite('in memory', makeMemoryBed);
