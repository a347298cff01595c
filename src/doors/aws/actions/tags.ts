import { z } from 'zod';
import { getKey } from '../../../operations/keys/get-key.js';
import { tagKey } from '../../../operations/keys/tag-key.js';
import { action, change, use } from '../action.js';
import { AwsError } from '../aws-error.js';
import { keyId, limit, marker, tags } from '../members.js';
import { mustNotBePendingDeletion } from './key-state.js';
import { named } from './named-key.js';

const MOST_TAGS = 50;

export const TAGS = {
  TagResource: action(z.object({ KeyId: keyId, Tags: tags }), async (call) => {
    await mustNotBePendingDeletion(call, named(call).key, 'TagResource');
    await change(call, tagKey, { ...named(call), set: tagsIn(call.input.Tags) });
    return {};
  }),

  UntagResource: action(z.object({ KeyId: keyId, TagKeys: z.array(z.string().min(1).max(128)) }), async (call) => {
    await mustNotBePendingDeletion(call, named(call).key, 'UntagResource');
    await change(call, tagKey, { ...named(call), remove: call.input.TagKeys });
    return {};
  }),

  ListResourceTags: action(
    z.object({ KeyId: keyId, Limit: limit(1000).optional(), Marker: marker.optional() }),
    async (call) => {
      const { Limit = MOST_TAGS, Marker } = call.input;
      const key = await use(call, getKey, { ...named(call), action: 'ListResourceTags' });
      const names = Object.keys(key.tags).toSorted();
      const from = Marker === undefined ? 0 : names.indexOf(Marker) + 1;
      if (Marker !== undefined && from === 0) throw new AwsError('InvalidMarkerException', 'Invalid Marker');
      const listed = names.slice(from, from + Limit);
      const more = from + Limit < names.length;
      return {
        Tags: listed.map((name) => ({ TagKey: name, TagValue: key.tags[name] })),
        Truncated: more,
        ...(more ? { NextMarker: listed.at(-1) } : {}),
      };
    },
  ),
};

/** @throws AwsError TagException */
export function tagsIn(
  given: readonly { readonly TagKey: string; readonly TagValue: string }[],
): Readonly<Record<string, string>> {
  const pairs = given.map(({ TagKey, TagValue }) => [TagKey, TagValue] as const);
  const made = Object.fromEntries(pairs);
  if (Object.keys(made).length < pairs.length) throw new AwsError('TagException', 'Duplicate tag keys');
  if (pairs.length > MOST_TAGS) throw new AwsError('TagException', 'Too many tags');
  if (pairs.some(([name]) => /^aws:/i.test(name))) {
    throw new AwsError('TagException', 'Tags beginning with aws: are reserved');
  }
  return made;
}
