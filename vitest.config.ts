import { defineConfig } from 'vitest/config'

// Unit tests stand beside the code (`x.test.ts`); tests that need a real server are `x.int.test.ts`, those that need a
// browser `x.e2e.ts`.
const tests = ['src', 'workers', 'fixtures', 'scripts'].map((room) => `${room}/**/*.test.ts`)

// What lies in PostgreSQL is tested on both that we run on: the embedded one and Debian's.
const onPostgres = ['src/adapters/postgres/*.int.test.ts', 'src/adapters/bullmq/*.int.test.ts']

// Empty fails those tests in words: not set must not mean the embedded one again.
const serverUrl = process.env['TEST_DATABASE_URL'] ?? ''

export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    // pdf.js leaves such promises of its own behind when a damaged document is closed; the child hears them too.
    onUnhandledError: ({ name }) => !['XRefEntryException', 'XRefParseException'].includes(name ?? ''),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'gateway', include: tests, exclude: onPostgres } },
      {
        extends: true,
        test: { name: 'embedded', include: onPostgres, env: { TEST_DATABASE_URL: 'embedded' } },
      },
      { extends: true, test: { name: 'server', include: onPostgres, env: { TEST_DATABASE_URL: serverUrl } } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['src', 'fixtures', 'scripts'].map((room) => `${room}/**/*.e2e.ts`),
          globalSetup: ['fixtures/browser/build-pages.ts'],
          // A browser beside a gateway takes both cores; two of them would measure each other.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 15_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
