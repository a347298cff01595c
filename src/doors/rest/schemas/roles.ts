import { z } from 'zod';
import { GRANTABLE } from '../../../operations/vocabulary.js';

export const createRoleBody = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .meta({ description: 'Unique; not that of a built-in role', examples: ['key-rotator'] }),
  permissions: z
    .array(z.enum(GRANTABLE, { error: 'must be the name of an operation that a role may hold' }))
    .min(1)
    .meta({ description: 'Names of operations', examples: [['key.rotate', 'key.describe']] }),
});

export const roleAnswer = z
  .object({
    id: z.string().nullable().meta({ description: 'null for a built-in role' }),
    name: z.string(),
    builtIn: z.boolean(),
    permissions: z.array(z.string()),
    createdAt: z.iso.datetime().nullable().meta({ description: 'null for a built-in role' }),
  })
  .meta({ id: 'Role' });

export const rolesAnswer = z.object({ items: z.array(roleAnswer) }).meta({ id: 'Roles' });
