/** The tests of a run as one file: jest takes two seconds to begin ten of them, and does so for each change. */
import fc from 'fast-check';

declare const TOGETHER: readonly string[];

// Whether a change is noticed must not be chance, and of what notices it no smallest example is wanted.
fc.configureGlobal({ seed: 1, endOnFailure: true });

for (const file of TOGETHER) jest.requireActual(file);
