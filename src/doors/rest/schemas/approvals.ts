import { z } from 'zod';
import { APPROVAL_STATES } from '../../../operations/vocabulary.js';
import { PAGING } from './paging.js';

export const listApprovalsQuery = z.strictObject({ ...PAGING, state: z.exactOptional(z.enum(APPROVAL_STATES)) });

const timestamp = z.iso.datetime();
const facts = z.record(z.string(), z.unknown());

export const approvalAnswer = z
  .object({
    id: z.string(),
    operation: z.string(),
    state: z.enum(APPROVAL_STATES),
    requester: z.string().meta({ description: 'Id of the caller who asks' }),
    requesterName: z.string().nullable(),
    subject: facts.meta({ description: 'What it is about: the resource, and ids of keyring and key' }),
    request: facts.meta({ description: 'What is asked for. Bytes are shown as their SHA-256, secrets not at all' }),
    guarded: z.string().nullable().meta({ description: 'Why it is a guarded operation, where it is one' }),
    required: z.array(
      z.object({
        keyring: z.string().nullable().meta({ description: 'Id; null: the install' }),
        approvers: z.int(),
      }),
    ),
    decisions: z.array(
      z.object({
        caller: z.string(),
        callerName: z.string().nullable(),
        verdict: z.enum(['approve', 'reject']),
        at: timestamp,
      }),
    ),
    createdAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'Approval' });
