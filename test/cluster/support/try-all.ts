/** All faults and releases are wanted, which takes half an hour: `npm run test:cluster:all`. */
export const TRY_ALL = (process.env['TEST_ALL_RELEASES'] ?? '') !== '';
