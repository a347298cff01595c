import { makeMemoryBed } from '../../support/memory-deps.js';
import { campaignsSuite } from './campaigns.suite.js';

campaignsSuite('in memory', makeMemoryBed);
