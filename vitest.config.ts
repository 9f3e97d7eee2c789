import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // of tests that say they are concurrent: each is several processes
    maxConcurrency: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/integration/**', '**/node_modules/**'],
          // pure tests leave nothing behind, so a process need not be started for each file
          isolate: false,
          // pure tests take milliseconds; a busy machine must not decide
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          // the simulated Portage and the demo are programs too
          include: ['packages/*/test/integration/**/*.test.ts', 'e2e/*/test/**/*.test.ts'],
          globalSetup: ['packages/coordinator/test/integration/start-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/scenarios/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
