import { defineConfig } from 'vitest/config';
import config from '../vitest.config.ts';

/** The tests that take minutes: `npm run test:faults`. They run one after the other, because they load the machine. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/faults/**/*.test.ts'],
    exclude: [],
    fileParallelism: false,
    testTimeout: 600_000,
  },
});
