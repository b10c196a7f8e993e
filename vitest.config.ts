import { defineConfig } from 'vitest/config'

// Unit tests stand beside the code (`x.test.ts`); tests that need a real server are `x.int.test.ts`.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'fixtures/**/*.test.ts', 'scripts/**/*.test.ts'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
