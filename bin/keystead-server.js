#!/usr/bin/env node
import { runBuilt } from './built.js';

await runBuilt('src/main.js');
