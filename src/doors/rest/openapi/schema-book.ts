import { z } from 'zod';

/** The keywords of JSON Schema that are looked at here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly minimum?: number;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

interface Made extends JsonSchema {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const DEFS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** JSON Schemas of zod schemas, as the wire has them. Those with an id stand once, under their name. */
export class SchemaBook {
  readonly #named: Record<string, JsonSchema> = {};

  get named(): Readonly<Record<string, JsonSchema>> {
    return this.#named;
  }

  schemaOf(schema: z.ZodType): JsonSchema {
    const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', override: quieten }));
    const made: Made = JSON.parse(text.replaceAll(DEFS, COMPONENTS));
    const { $schema: _, $defs = {}, ...own } = made;
    Object.assign(this.#named, $defs);
    const { id } = schema.meta() ?? {};
    if (id === undefined) return own;
    // A schema that was refined comes as a reference to itself, which `$defs` holds.
    if (own.$ref !== COMPONENTS + id) this.#named[id] = own;
    return { $ref: COMPONENTS + id };
  }

  /** Follows a reference to a named schema. */
  resolve(schema: JsonSchema): JsonSchema {
    return resolveSchema(this.#named, schema);
  }
}

/** Takes away what says no more than the type does. */
function quieten({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

export function resolveSchema(named: Readonly<Record<string, JsonSchema>>, schema: JsonSchema): JsonSchema {
  const { $ref } = schema;
  return $ref === undefined ? schema : (named[$ref.slice(COMPONENTS.length)] ?? schema);
}
