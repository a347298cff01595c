import { z } from 'zod';
import { getKeyPolicy } from '../../../operations/policies/get-key-policy.js';
import { deleteKeyPolicy, setKeyPolicy } from '../../../operations/policies/set-key-policy.js';
import { rotateKey } from '../../../operations/keys/rotate-key.js';
import { listRotations, type MaterialDescription } from '../../../operations/versions/list-rotations.js';
import { action, change, use, type AwsCall } from '../action.js';
import { AwsError, unsupported } from '../aws-error.js';
import { keyId, limit, marker } from '../members.js';
import { pageAnswer, pageInput } from '../paging.js';
import { keyArn, type Place } from '../place.js';
import { specName, SYMMETRIC } from '../../../keys/aws-words.js';
import { isReplica } from '../../../keys/multi-region.js';
import { getKey } from '../../../operations/keys/get-key.js';
import type { KeyDescription } from '../../../operations/keys/describe-key.js';
import { keyMaterialId, seconds } from '../words.js';
import { mustNotBePendingDeletion } from './key-state.js';
import { notPrimary } from './multi-region.js';
import { named } from './named-key.js';

const oneKey = z.object({ KeyId: keyId });
const STANDARD_DAYS = 365;

export const ROTATION = {
  EnableKeyRotation: action(
    oneKey.extend({ RotationPeriodInDays: z.int().min(90).max(2560).optional() }),
    async (call) => {
      const { RotationPeriodInDays: days = STANDARD_DAYS } = call.input;
      await mustRotateBySelf(call, 'EnableKeyRotation');
      const own = await ownPolicy(call);
      await change(call, setKeyPolicy, { ...named(call), policy: { ...own, rotate: { every: `${days}d` } } });
      return {};
    },
  ),

  DisableKeyRotation: action(oneKey, async (call) => {
    await mustRotateBySelf(call, 'DisableKeyRotation');
    const { rotate, ...rest } = (await ownPolicy(call)) ?? {};
    if (rotate === undefined) return {};
    if (Object.keys(rest).length === 0) await change(call, deleteKeyPolicy, named(call));
    else await change(call, setKeyPolicy, { ...named(call), policy: rest });
    return {};
  }),

  GetKeyRotationStatus: action(oneKey, async (call) => {
    const key = await use(call, getKey, { ...named(call), action: 'GetKeyRotationStatus' });
    mustBeRotatable(key, call.place);
    // A replica is rotated with its primary.
    const governing = key.multiRegion ? key.multiRegion.primary : named(call);
    const policy = await use(call, getKeyPolicy, { keyring: governing.keyring, key: governing.key });
    // Of a key that waits for its deletion it is told again once that is cancelled.
    const isPending = key.state === 'pending-destruction';
    const rotate = isPending ? undefined : (policy.inForce?.policy.rotate as { readonly every?: unknown } | undefined);
    const every = rotate?.every;
    const days = daysIn(every);
    return {
      KeyId: keyArn(call.place, key.id),
      KeyRotationEnabled: rotate !== undefined,
      ...(days === undefined ? {} : { RotationPeriodInDays: days }),
      ...(rotate && policy.nextRotationAt ? { NextRotationDate: seconds(policy.nextRotationAt) } : {}),
    };
  }),

  RotateKeyOnDemand: action(oneKey, async (call) => {
    await mustBeForRotation(call, 'RotateKeyOnDemand');
    const { id } = await change(call, rotateKey, named(call));
    return { KeyId: keyArn(call.place, id) };
  }),

  ListKeyRotations: action(
    oneKey.extend({
      IncludeKeyMaterial: z.enum(['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY']).optional(),
      Limit: limit(1000).optional(),
      Marker: marker.optional(),
    }),
    async (call) => {
      const { key: keyId } = named(call);
      const all = call.input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
      const page = await use(call, listRotations, { ...named(call), all, ...pageInput(call.input, 100) });
      const rotations = page.items.map((item) => rotationEntry(call.place, keyId, item));
      return { Rotations: rotations, ...pageAnswer(page) };
    },
  ),
};

const MATERIAL_STATES = {
  current: 'CURRENT',
  former: 'NON_CURRENT',
  pending: 'PENDING_ROTATION',
  'not everywhere': 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
} as const satisfies Readonly<Record<MaterialDescription['state'], string>>;
const ROTATION_TYPES = { policy: 'AUTOMATIC', request: 'ON_DEMAND' } as const;

function rotationEntry(place: Place, key: string, { version, state, rotation, imported }: MaterialDescription): object {
  const model = imported?.expiresAt ? 'KEY_MATERIAL_EXPIRES' : 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  return {
    KeyId: keyArn(place, key),
    KeyMaterialId: keyMaterialId(key, version),
    KeyMaterialState: MATERIAL_STATES[state],
    ...(imported?.description ? { KeyMaterialDescription: imported.description } : {}),
    ...(imported ? { ImportState: imported.isBrought ? 'IMPORTED' : 'PENDING_IMPORT' } : {}),
    ...(imported?.isBrought ? { ExpirationModel: model } : {}),
    ...(imported?.isBrought && imported.expiresAt ? { ValidTo: seconds(imported.expiresAt) } : {}),
    ...(rotation ? { RotationDate: seconds(rotation.at) } : {}),
    ...(rotation?.by ? { RotationType: ROTATION_TYPES[rotation.by] } : {}),
  };
}

/** @throws AwsError for all but an enabled symmetric key that was made here, as on AWS */
async function mustRotateBySelf(call: AwsCall<{ readonly KeyId: string }>, name: string): Promise<void> {
  mustBeRotatable(await mustBeForRotation(call, name), call.place);
}

/** @throws AwsError for all but an enabled symmetric key, wherever its material was made */
async function mustBeForRotation(call: AwsCall<{ readonly KeyId: string }>, name: string): Promise<KeyDescription> {
  const key = await mustNotBePendingDeletion(call, named(call).key, name);
  const arn = mustBeSymmetric(key, call.place);
  if (key.origin === 'imported' && name !== 'RotateKeyOnDemand') return key;
  if (isReplica(key)) throw notPrimary(arn);
  if (key.state === 'disabled') throw new AwsError('DisabledException', `${arn} is disabled.`, 400, true);
  return key;
}

/** @throws AwsError */
function mustBeRotatable(key: KeyDescription, place: Place): void {
  const arn = mustBeSymmetric(key, place);
  if (key.origin === 'imported') throw unsupported(`${arn} origin is EXTERNAL which is not valid for this operation.`);
}

/** @returns its ARN. @throws AwsError */
function mustBeSymmetric({ id, spec }: KeyDescription, place: Place): string {
  const arn = keyArn(place, id);
  if (specName(spec) === SYMMETRIC) return arn;
  throw unsupported(`${arn} is not a symmetric encryption key.`);
}

/** What the key's own policy says besides: it stays. */
async function ownPolicy(call: AwsCall<{ readonly KeyId: string }>) {
  const { candidates } = await use(call, getKeyPolicy, named(call));
  return candidates.find(({ source }) => source === 'key')?.policy;
}

/** Of a period such as `90d`; one by the calendar has none. */
function daysIn(every: unknown): number | undefined {
  const days = /^(\d+)d$/.exec(String(every))?.[1];
  return days === undefined ? undefined : Number(days);
}
