import { makeMemoryBed } from '../../support/memory-deps.js';
import { exposedDataKeysSuite } from './exposed-data-keys.suite.js';

exposedDataKeysSuite('in memory', makeMemoryBed);
