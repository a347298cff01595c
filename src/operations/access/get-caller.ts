import type { UseOperation } from '../operation.js';
import { describeCaller, type CallerDescription } from './describe-caller.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

export const getCaller: UseOperation<CallerInput, ResolvedCaller, CallerDescription> = {
  name: 'caller.list',
  resolve: resolveCaller('caller.list'),
  run: (_deps, { caller }) => ({ output: describeCaller(caller) }),
};
