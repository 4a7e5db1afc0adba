/** Tests that break nodes: where something can. */
import { nodeFaults } from '../../../cluster/faults';

export const describeWithFaults = nodeFaults ? describe : describe.skip;

/** For the names of tests that need it. */
export const unlessFaults = nodeFaults ? '' : ' (SKIPPED: needs TEST_CLUSTER_COMMAND, which breaks nodes)';
