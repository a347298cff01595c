/** What an auditor reads in JSON, below `/api/v1/audit/`. */
export const AUDIT_READINGS = [
  'records?since=2020-01-01T00:00:00Z&outcome=success&limit=1000',
  'summary?interval=day&door=rest',
  'state?limit=9',
] as const;
