import { isKmsError, type ErrorCode } from '../../src/errors.js';

/** The code with which a call fails, or `none`. */
export async function codeOf(call: Promise<unknown>): Promise<ErrorCode | 'none'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (isKmsError(error)) return error.code;
    throw error;
  }
}
