/** Long seeded runs, one file at a time: `npm run test:stress`. `npm test` leaves them out. */
export default {
  files: ['build/test/stress/**/*.test.js'],
  workerThreads: false,
  concurrency: 1,
  timeout: '10m',
  verbose: true,
}
