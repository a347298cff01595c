/** Tests are TypeScript ES modules; @swc/jest strips the types (tsc checks them), see docs/decisions/0001-stack.md. */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false },
          target: 'es2023',
        },
        module: { type: 'es6' },
      },
    ],
  },
  // A hang is to be found; how fast a machine is, is not: many start servers and databases.
  testTimeout: 600_000,
};
