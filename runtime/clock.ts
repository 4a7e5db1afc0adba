/** Time as the election measures it, and what is to be done later. */
import { uptime } from './uptime';

export interface Clock {
  /** Milliseconds of the kernel's uptime. */
  readonly now: () => number;

  /** After so many milliseconds. @returns what calls it off */
  readonly later: (pause: number, run: () => void) => () => void;
}

export const kernelClock: Clock = {
  now: uptime,
  later: (pause, run) => {
    const timer = setTimeout(run, pause);
    return () => clearTimeout(timer);
  },
};
