/** After RFC 5280 section 5.3.1, in words. */
export const REVOCATION_REASONS = [
  'compromised',
  'superseded',
  'ceased',
  'affiliation-changed',
  'privilege-withdrawn',
  'unspecified',
];
