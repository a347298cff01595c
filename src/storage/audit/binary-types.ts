interface BinaryType<Value> {
  readonly oid: number;
  /** In bytes. */
  readonly size: (value: Value) => number;
  readonly write: (into: Buffer, value: Value, at: number) => unknown;
}

const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Values as PostgreSQL takes them in binary, by the type of the column. */
export const BINARY_TYPES = {
  bytea: {
    oid: 17,
    size: (value: Buffer) => value.length,
    write: (into: Buffer, value: Buffer, at: number) => value.copy(into, at),
  },
  bigint: {
    oid: 20,
    size: () => 8,
    write: (into: Buffer, value: number | string, at: number) => into.writeBigInt64BE(BigInt(value), at),
  },
  integer: {
    oid: 23,
    size: () => 4,
    write: (into: Buffer, value: number, at: number) => into.writeInt32BE(value, at),
  },
  text: {
    oid: 25,
    size: (value: string) => Buffer.byteLength(value),
    write: (into: Buffer, value: string, at: number) => into.write(value, at),
  },
  timestamptz: {
    oid: 1184,
    size: () => 8,
    write: (into: Buffer, value: Date, at: number) =>
      into.writeBigInt64BE(BigInt(value.getTime() - EPOCH_MS) * 1000n, at),
  },
  uuid: {
    oid: 2950,
    size: () => 16,
    write: (into: Buffer, value: string, at: number) => {
      if (into.write(value.replaceAll('-', ''), at, 16, 'hex') < 16) throw new TypeError(`${value} is no UUID`);
    },
  },
} as const satisfies Readonly<Record<string, BinaryType<never>>>;

export type ColumnType = keyof typeof BINARY_TYPES;
