import * as sdk from '@aws-sdk/client-kms';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ACTIONS, NOT_HERE } from '../../../src/doors/aws/actions.js';

/** The schemas of the AWS SDK: `[kind, namespace, name, traits, names, types, required]`. */
type Structure = readonly [3, string, string, unknown, readonly string[], readonly unknown[], number?];

const structures = sdk as unknown as Readonly<Record<string, Structure>>;
const commands = Object.keys(sdk).flatMap((name) => /^(?!\$)(\w+)Command$/.exec(name)?.[1] ?? []);
const JSON_SCHEMA = { unrepresentable: 'any', io: 'input' } as const;

/** In the SDK's own numbers: https://smithy.io shapes. */
const TYPES: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'integer',
  2: 'boolean',
  4: 'number',
  21: 'string',
  64: 'array',
  128: 'object',
};

function typeOf(type: unknown): string | undefined {
  if (typeof type === 'number') return type >= 64 ? TYPES[type & 192] : TYPES[type];
  const [shape] = [type].flat();
  const resolved: unknown = typeof shape === 'function' ? shape() : shape;
  if (!Array.isArray(resolved)) return typeOf(resolved);
  return { 0: 'string', 1: 'array', 2: 'object', 3: 'object' }[resolved[0] as number];
}

describe('the table of actions', () => {
  it('has every operation of the model, or says why not, and no other', () => {
    expect(commands).toHaveLength(56);
    expect([...ACTIONS.keys(), ...NOT_HERE.keys()].toSorted()).toEqual(commands.toSorted());
  });

  it.each([...ACTIONS])('takes the members of the model: %s', (name, { members }) => {
    const [, , , , names, types, required = 0] = structures[`${name}Request$`]!;
    expect(Object.keys(members.shape).toSorted()).toEqual(names.toSorted());
    const optional = Object.keys(members.shape).filter((member) => members.shape[member]!.safeParse(undefined).success);
    // What the model requires comes first in it. NumberOfBytes is missed by name.
    expect(optional.toSorted()).toEqual(names.slice(required).toSorted());
    const { properties = {} } = z.toJSONSchema(members, JSON_SCHEMA);
    for (const [at, member] of names.entries()) {
      expect(typeOf(types[at])).toBeDefined();
      expect([member, (properties[member] as { type?: string }).type]).toEqual([member, typeOf(types[at])]);
    }
  });

  it.each([
    ['CreateKey', 'KeySpec', sdk.KeySpec],
    ['CreateKey', 'CustomerMasterKeySpec', sdk.KeySpec],
    ['CreateKey', 'KeyUsage', sdk.KeyUsageType],
    ['CreateKey', 'Origin', sdk.OriginType],
    ['Encrypt', 'EncryptionAlgorithm', sdk.EncryptionAlgorithmSpec],
    ['GenerateDataKey', 'KeySpec', sdk.DataKeySpec],
    ['GenerateDataKeyPair', 'KeyPairSpec', sdk.DataKeyPairSpec],
    ['Sign', 'SigningAlgorithm', sdk.SigningAlgorithmSpec],
    ['Sign', 'MessageType', sdk.MessageType],
    ['GenerateMac', 'MacAlgorithm', sdk.MacAlgorithmSpec],
    ['DeriveSharedSecret', 'KeyAgreementAlgorithm', sdk.KeyAgreementAlgorithmSpec],
    ['Encapsulate', 'EncapsulationAlgorithm', sdk.EncapsulationAlgorithmSpec],
    ['ListKeyRotations', 'IncludeKeyMaterial', sdk.IncludeKeyMaterial],
  ] as const)('takes the words of the model: %s %s', (name, member, words) => {
    const { properties = {} } = z.toJSONSchema(ACTIONS.get(name)!.members, JSON_SCHEMA);
    expect((properties[member] as { enum: string[] }).enum.toSorted()).toEqual(Object.values(words).toSorted());
  });
});
