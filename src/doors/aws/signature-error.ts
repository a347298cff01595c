import type { UnauthenticatedError } from '../../operations/authenticate.js';
import { AwsError } from './aws-error.js';

type Refusal = UnauthenticatedError['refusal'];

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const INVALID = 'InvalidSignatureException';

/** What is told of a signature that is not right. `about` is the reason in words, or a name. */
const TOLD: { readonly [R in Refusal]?: (about: string) => AwsError } = {
  'nothing-presented': () =>
    new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token'),
  malformed: (about) => new AwsError('IncompleteSignatureException', about),
  'unsigned-header': (about) =>
    new AwsError(INVALID, `The header ${about} must be a signed header in the AWS Signature.`),
  'wrong-scope': (about) => new AwsError(INVALID, about),
  expired: (about) => new AwsError(INVALID, about),
  'not-yet-valid': (about) => new AwsError(INVALID, about),
  'ended-session': () => new AwsError('ExpiredTokenException', 'The security token included in the request is expired'),
  'bad-signature': () => new AwsError(INVALID, MISMATCH),
  'wrong-body-hash': () => new AwsError(INVALID, MISMATCH),
};

/** What is wrong with a signature. A key that ended, or is another one's, is as unknown as one that never was. */
export function signatureError({ refusal, about = '' }: UnauthenticatedError): AwsError {
  const told = TOLD[refusal];
  if (told) return told(about);
  return new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
}
