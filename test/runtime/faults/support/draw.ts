/** Draws of one seed. */
import type { Random } from '../../election/random';

export function pick<T>(random: Random, all: readonly T[]): T {
  const found = all[random.below(all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** From `least` to what is just below `least + range`. */
export function between(random: Random, least: number, range: number): number {
  return least + random.below(range);
}

/** The chance is one in so many. */
export function oneIn(random: Random, many: number): boolean {
  return random.below(many) === 0;
}
