import { z } from 'zod';
import { createAlias } from '../../../operations/aliases/create-alias.js';
import { deleteAlias } from '../../../operations/aliases/delete-alias.js';
import { listAliases } from '../../../operations/aliases/list-aliases.js';
import { moveAlias } from '../../../operations/aliases/move-alias.js';
import { awsKeyId } from '../../../keys/multi-region.js';
import { action, change, use } from '../action.js';
import { AwsError } from '../aws-error.js';
import { aliasName, keyId, limit, marker } from '../members.js';
import { pageAnswer, pageInput } from '../paging.js';
import { aliasArn, aliasName as nameIn, keyAlone, type Place } from '../place.js';
import { seconds } from '../words.js';
import { mustNotBePendingDeletion } from './key-state.js';

const target = z.object({ AliasName: aliasName, TargetKeyId: keyId });

export const ALIASES = {
  CreateAlias: action(target, async (call) => {
    await mustNotBePendingDeletion(call, targetOf(call).key, 'CreateAlias');
    await change(call, createAlias, { ...targetOf(call), name: ownName(call.input.AliasName) });
    return {};
  }),

  UpdateAlias: action(target, async (call) => {
    const alias = ownName(call.input.AliasName);
    await mustNotBePendingDeletion(call, targetOf(call).key, 'UpdateAlias');
    await change(call, moveAlias, { ...targetOf(call), alias, mustExist: true });
    return {};
  }),

  DeleteAlias: action(z.object({ AliasName: aliasName }), async (call) => {
    await change(call, deleteAlias, { keyring: call.place.keyring, alias: ownName(call.input.AliasName) });
    return {};
  }),

  ListAliases: action(
    z.object({ KeyId: keyId.optional(), Limit: limit(100).optional(), Marker: marker.optional() }),
    async ({ place, input, ...call }) => {
      const page = await use(call, listAliases, {
        keyring: place.keyring,
        ...(input.KeyId === undefined ? {} : { key: keyAlone(place, input.KeyId) }),
        ...pageInput(input, 50),
      });
      const aliases = page.items.map(({ name, keyId: target, createdAt }) => ({
        AliasName: `alias/${name}`,
        AliasArn: aliasArn(place, name),
        TargetKeyId: awsKeyId(target),
        CreationDate: seconds(createdAt),
        LastUpdatedDate: seconds(createdAt),
      }));
      return { Aliases: aliases, ...pageAnswer(page) };
    },
  ),
};

function targetOf({ place, input }: { readonly place: Place; readonly input: { readonly TargetKeyId: string } }) {
  return { keyring: place.keyring, key: keyAlone(place, input.TargetKeyId) };
}

/** @throws AwsError */
function ownName(name: string): string {
  const own = nameIn(name);
  if (own.startsWith('aws/')) throw new AwsError('NotAuthorizedException', 'The alias prefix alias/aws/ is reserved');
  return own;
}
