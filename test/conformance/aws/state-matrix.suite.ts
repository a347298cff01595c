import type { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';
import { PreparedRequests, STATES, type State } from './prepared-requests.js';

/** What AWS throws, by the marks of the table; `.` does it. */
const THROWN: Readonly<Record<string, readonly [name: string, message: RegExp]>> = {
  D: ['DisabledException', / is disabled\.$/],
  P: ['KMSInvalidStateException', / is pending deletion\.$/],
  N: ['KMSInvalidStateException', / is not pending deletion\.$/],
  I: ['KMSInvalidStateException', / is pending import\.$/],
  X: ['UnsupportedOperationException', / origin is EXTERNAL which is not valid for this operation\.$/],
  K: ['UnsupportedOperationException', / origin is AWS_KMS which is not valid for this operation\.$/],
};

/** From the page on key states in the developer guide of AWS; the columns are those of STATES. */
const TABLE = `
  Encrypt                          . D P P I
  Decrypt                          . D P P I
  ReEncrypt                        . D P P I
  GenerateDataKey                  . D P P I
  GenerateDataKeyWithoutPlaintext  . D P P I
  GenerateDataKeyPair              . D P P I
  GenerateDataKeyPairWithoutPlaintext . D P P I
  Sign                             . D P P I
  Verify                           . D P P I
  GetPublicKey                     . D P P I
  GenerateMac                      . D P P I
  VerifyMac                        . D P P I
  DeriveSharedSecret               . D P P I
  Encapsulate                      . D P P I
  Decapsulate                      . D P P I
  CreateGrant                      . D P P I
  RevokeGrant                      . . . . .
  RetireGrant                      . . . . .
  PutKeyPolicy                     . . . . .
  GetKeyLastUsage                  . . . . .
  DescribeKey                      . . . . .
  GetKeyPolicy                     . . . . .
  ListKeyPolicies                  . . . . .
  ListGrants                       . . . . .
  ListResourceTags                 . . . . .
  ListAliases                      . . . . .
  TagResource                      . . P P .
  UntagResource                    . . P P .
  UpdateKeyDescription             . . P P .
  CreateAlias                      . . P P .
  UpdateAlias                      . . P P .
  DeleteAlias                      . . . . .
  GetKeyRotationStatus             . . . . X
  ListKeyRotations                 . . . . .
  GetParametersForImport           K K P P .
  ImportKeyMaterial                K K P P .
  DeleteImportedKeyMaterial        K K P P .
  EnableKeyRotation                . D P P X
  DisableKeyRotation               . D P P X
  RotateKeyOnDemand                . D P P I
  EnableKey                        . . P P I
  DisableKey                       . . P P I
  CancelKeyDeletion                N N . . N
  ScheduleKeyDeletion              . . P P .
  ReplicateKey                     . D P P I
  UpdatePrimaryRegion              . D P P I
`;
const LINES = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));

/** Every operation on a key in every state. */
export function stateMatrixSuite(server: () => Server): void {
  let kms: KMSClient;
  let requests: PreparedRequests;
  beforeAll(async () => {
    kms = await awsClient(server());
    requests = new PreparedRequests(kms);
  });
  afterAll(() => kms.destroy());

  /** @returns what was thrown, if anything */
  async function attempt(action: string, state: State): Promise<unknown> {
    return kms.send(await requests.prepare(action, {}, state)).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  describe.each(STATES)('on a key that is %s', (state) => {
    const lines = LINES.map(([action = '', ...marks]) => [action, marks[STATES.indexOf(state)] ?? ''] as const);
    const thrown = new Map<string, unknown>();

    beforeAll(async () => {
      const queue = lines.values();
      const work = async () => {
        for (const [action] of queue) thrown.set(action, await attempt(action, state));
      };
      await Promise.all([work(), work(), work(), work()]);
    });

    it.each(lines)('%s is %s', (action, mark) => {
      const [name, message] = THROWN[mark] ?? [];
      const error = thrown.get(action);
      expect(thrown.has(action)).toBe(true);
      if (name === undefined) expect(error).toBeUndefined();
      else expect(error).toMatchObject({ name, message: expect.stringMatching(message!) });
    });
  });
}
