import { makeMemoryBed } from '../../support/memory-deps.js';
import { enrolmentSuite } from './enrolment.suite.js';
import { peopleSuite } from './people.suite.js';

for (const suite of [peopleSuite, enrolmentSuite]) suite('in memory', makeMemoryBed);
