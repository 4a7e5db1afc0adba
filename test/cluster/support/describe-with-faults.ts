/** Tests that break nodes: where something can. */
import { nodeFaults } from './faults';

export const describeWithFaults = nodeFaults ? describe : describe.skip;
