import { makeMemoryBed } from '../../support/memory-deps.js';
import { campaignsAtOnceSuite } from './campaigns-at-once.suite.js';
import { campaignsSuite } from './campaigns.suite.js';

campaignsSuite('in memory', makeMemoryBed);
campaignsAtOnceSuite('in memory', makeMemoryBed);
