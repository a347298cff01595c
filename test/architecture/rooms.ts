/** What a room may know. A room is a folder of src/ (or of doors/, roots/, storage/: see below) or a file beside them. */
export interface Room {
  /** Rooms, or single files of rooms, that it may import besides itself. */
  readonly rooms: readonly string[];
  /** Packages and built-ins; `@noble/*` stands for all of a scope. */
  readonly packages: readonly string[];
}

const PURE = ['crypto', 'keys', 'access', 'audit', 'rotation', 'events', 'ledger', 'errors'];

/**
 * Who may import what; docs/decisions/0002-rooms.md has the reasons. A folder without a line here belongs to the room
 * around it; a top folder of src/ without a line is a failure.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { rooms: [], packages: [] },
  tracer: { rooms: [], packages: [] },
  json: { rooms: ['errors'], packages: ['node:buffer'] },
  config: { rooms: ['errors'], packages: ['zod', 'node:os'] },
  // @noble is loaded by name, in worker threads.
  crypto: { rooms: ['errors'], packages: ['node:crypto', 'node:os', 'node:util', 'node:worker_threads', '@noble/*'] },
  keys: { rooms: ['crypto', 'errors'], packages: ['node:crypto'] },
  roots: {
    rooms: ['roots/local', 'roots/pkcs11', 'roots/vault', 'crypto', 'errors', 'tracer'],
    packages: ['node:fs/promises', 'node:path'],
  },
  'roots/local': {
    rooms: ['roots', 'crypto', 'errors'],
    packages: [
      '@node-rs/argon2',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:path',
      'node:timers/promises',
    ],
  },
  // pkcs11js is loaded by name, in a process of its own.
  'roots/pkcs11': {
    rooms: ['roots', 'crypto', 'errors'],
    packages: ['node:child_process', 'node:crypto', 'node:path'],
  },
  'roots/vault': {
    rooms: ['roots', 'crypto', 'errors'],
    packages: ['node-vault', 'node:crypto', 'node:http', 'node:https', 'node:net', 'node:tls'],
  },
  access: {
    rooms: ['keys', 'json', 'errors'],
    packages: ['node:crypto', 'node:net', 'node:zlib', '@node-rs/argon2', 'otpauth'],
  },
  'access/oidc': { rooms: ['access', 'errors'], packages: ['jose'] },
  audit: { rooms: ['audit/verifier', 'errors'], packages: ['node:crypto'] },
  'audit/delivery': { rooms: [], packages: ['node:crypto', 'node:fs/promises', 'node:net', 'node:tls'] },
  // Shares nothing with what writes the log but the hash.
  'audit/verifier': { rooms: ['audit/merkle-hash.ts'], packages: ['node:crypto'] },
  backup: { rooms: ['errors'], packages: ['age-encryption', 'node:crypto', 'node:stream', 'node:zlib'] },
  pki: { rooms: ['keys', 'crypto', 'errors'], packages: ['@peculiar/x509', 'node:crypto', 'reflect-metadata'] },
  rotation: { rooms: ['keys', 'crypto', 'errors'], packages: ['croner', 'node:crypto'] },
  events: {
    rooms: ['errors'],
    packages: ['node:crypto', 'node:dns', 'node:http', 'node:https', 'node:net'],
  },
  ledger: { rooms: ['keys', 'access', 'audit', 'rotation', 'events', 'crypto', 'pki', 'errors'], packages: [] },
  operations: { rooms: [...PURE, 'access/oidc', 'pki', 'roots', 'tracer'], packages: ['node:crypto', 'node:net'] },
  storage: {
    rooms: [
      'storage/embedded',
      'keys',
      'access',
      'audit',
      'audit/delivery',
      'audit/verifier',
      'rotation',
      'events',
      'ledger',
      'pki',
      'errors',
      'tracer',
      'migrations',
    ],
    packages: ['typeorm', 'pg', 'reflect-metadata', 'node:crypto', 'node:net', 'node:path', 'node:timers/promises'],
  },
  'storage/embedded': {
    rooms: ['errors'],
    packages: [
      'pg',
      'node:child_process',
      'node:crypto',
      'node:fs/promises',
      'node:module',
      'node:net',
      'node:os',
      'node:path',
      'node:stream',
      'node:timers/promises',
      'node:util',
    ],
  },
  'doors/http': {
    rooms: ['operations', 'errors', 'tracer'],
    packages: [
      '@peculiar/x509',
      'fastify',
      'node:crypto',
      'node:fs/promises',
      'node:http',
      'node:https',
      'node:net',
      'node:tls',
    ],
  },
  'doors/rest': {
    rooms: ['doors/http', 'operations', 'json', 'errors', 'telemetry/health.ts', 'telemetry/metrics-text.ts'],
    packages: ['fastify', 'zod', 'node:crypto', 'node:http'],
  },
  'doors/aws': {
    rooms: ['doors/http', 'operations', 'keys/aws-words.ts', 'keys/multi-region.ts', 'json', 'errors'],
    packages: ['fastify', 'node:crypto', 'zod'],
  },
  'doors/clock': { rooms: ['doors/http', 'operations', 'errors'], packages: [] },
  client: {
    rooms: ['errors'],
    packages: ['node:crypto', 'node:http', 'node:https', 'node:timers/promises', 'node:tls'],
  },
  cli: {
    rooms: ['client', 'admin', 'audit/verifier', 'errors'],
    packages: [
      'commander',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:path',
      'node:stream',
      'node:stream/promises',
      'node:timers/promises',
      'node:util',
    ],
  },
  telemetry: {
    rooms: ['operations', 'errors', 'tracer'],
    packages: ['@opentelemetry/*', 'prom-client', 'node:async_hooks', 'node:os'],
  },
  admin: {
    rooms: [
      ...PURE,
      'audit/verifier',
      'backup',
      'config',
      'operations',
      'roots',
      'roots/local',
      'roots/pkcs11',
      'storage',
      'storage/embedded',
      'telemetry',
      'tracer',
    ],
    packages: ['node:fs/promises', 'node:os', 'node:path', 'reflect-metadata'],
  },
  migrations: { rooms: [], packages: ['typeorm'] },
  /** app.module.ts, serve.ts and main.ts: they put the rooms together. */
  composition: {
    rooms: [
      ...PURE,
      'audit/delivery',
      'config',
      'roots',
      'roots/local',
      'operations',
      'storage',
      'telemetry',
      'tracer',
      'admin',
      'cli/package-version.ts',
      'doors/http',
      'doors/rest',
      'doors/aws',
      'doors/clock',
    ],
    packages: ['reflect-metadata', 'node:net'],
  },
};

export const COMPOSITION = ['src/app.module.ts', 'src/serve.ts', 'src/main.ts'];

/** Nest stays at the rim: these kinds of file may import it … */
export const NEST_FILES = /\.(module|controller|guard|filter)\.ts$/;

/** … and these, each for the reason beside it. */
export const NEST_AT_THE_RIM: ReadonlyMap<string, string> = new Map([
  ['src/doors/http/create-http-app.ts', 'makes the application and its Fastify adapter'],
  ['src/doors/http/access.ts', 'the decorator that declares what a route needs'],
  ['src/doors/http/kms-error-of.ts', 'turns the exceptions that Nest itself throws into a KmsError'],
  ['src/doors/clock/clock.door.ts', 'the schedule’s decorators'],
  ['src/doors/clock/delivery.door.ts', 'the same, for the outbox'],
  ['src/doors/rest/endpoint.ts', 'the decorators of a REST route'],
]);

/** Only here, in any room. */
export const PACKAGES_OF_ONE_PLACE: ReadonlyMap<string, RegExp> = new Map([
  ['@nestjs/schedule', /^src\/doors\/clock\//],
]);

/** Besides wiring, a module file reads the configuration. */
export const MODULE_FILES = /\.module\.ts$/;

/**
 * `main.ts` hands the environment to config, which is the only one to look into it; the command line has its own; and the library of an
 * HSM gets what is not of this service.
 */
export const MAY_READ_ENVIRONMENT = /^src\/(config\/|cli\/|main\.ts$|roots\/pkcs11\/cryptoki-process\.ts$)/;
