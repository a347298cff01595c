/** What a grant of AWS KMS allows: a sealed part of its key. Times are ISO 8601. */
export interface KeyGrant {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string | null;
  /** ARN of who may. */
  readonly grantee: string;
  /** ARN of who may retire it besides those who may revoke it. */
  readonly retiring: string | null;
  /** As AWS names them: `GenerateDataKey`. */
  readonly operations: readonly string[];
  readonly constraints: GrantConstraints | null;
  /** ARN of who made it. */
  readonly issuedBy: string;
  readonly createdAt: string;
}

/** Of operations that bind an encryption context; at most one of the two. */
export interface GrantConstraints {
  /** The context holds these pairs, and may hold others. */
  readonly subset?: Readonly<Record<string, string>>;
  /** The context is just this. */
  readonly equals?: Readonly<Record<string, string>>;
}

/** A key is read with its grants, so there are not many of them. */
export const MOST_GRANTS = 1000;
