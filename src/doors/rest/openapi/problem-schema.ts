import { ERROR_CODES } from '../../../errors.js';
import { STATUS_OF } from '../../http/status-of.js';
import type { JsonSchema } from './schema-book.js';

/** RFC 9457, with the codes of the service. */
export function problemSchema(): JsonSchema {
  const codes = ERROR_CODES.map((code) => `${code} (${STATUS_OF[code]})`).join(', ');
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'A sentence: what was wrong, where, what to do' },
      code: { type: 'string', enum: ERROR_CODES, description: `Stable, to decide by: ${codes}` },
      approval: { type: 'string', description: 'Of approval-required: the id of the request to have approved' },
      requestId: { type: 'string', description: "The same as in the audit record, and the answer's x-request-id" },
    },
  };
}
