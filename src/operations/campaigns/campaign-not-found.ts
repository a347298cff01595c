import { KmsError } from '../../errors.js';

export function campaignNotFound(): KmsError {
  return new KmsError(
    'campaign-not-found',
    'no campaign of this id is about a key of yours; GET /api/v1/campaigns lists them',
  );
}
