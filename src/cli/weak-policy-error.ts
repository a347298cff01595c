/** A policy is weaker than is recommended. */
export class WeakPolicyError extends Error {
  override readonly name = 'WeakPolicyError';
}
