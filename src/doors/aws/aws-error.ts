/** An error as AWS clients see it: `{"__type", "message"}`, HTTP 400 unless it is the service's fault. */
export class AwsError extends Error {
  /** @param type such as `NotFoundException` */
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
    /** It is the outcome of an operation, which is on record already. */
    readonly isRecorded = false,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** What AWS has and this service has not: refused whole, so that nobody takes half of it for all. */
export function unsupported(what: string): AwsError {
  return new AwsError('UnsupportedOperationException', what);
}
