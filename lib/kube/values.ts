/** Rules of single values that several props share. */
import type { Duration } from 'cdk8s';
import { type Problem, unless } from './problems';

/** Problems of a TCP port's number. */
export function portNumberProblems(port: number): Problem[] {
  return unless(
    Number.isInteger(port) && port >= 1 && port <= 65535,
    port,
    'a port is a whole number from 1 to 65535',
    'choose one in that range',
  );
}

/** Problems of a duration that Kubernetes keeps in whole seconds. */
export function wholeSecondsProblems(
  duration: Duration | undefined,
  least: number,
  most = Infinity,
): Problem[] {
  if (duration === undefined) return [];
  const seconds = duration.toMilliseconds({ integral: false }) / 1000;
  const bound = most === Infinity ? '' : `, at most ${most}`;
  return unless(
    Number.isInteger(seconds) && seconds >= least && seconds <= most,
    `${seconds} s`,
    `this is whole seconds, at least ${least}${bound}`,
    `use Duration.seconds(${Math.min(Math.max(least, Math.ceil(seconds)), most)})`,
  );
}

/** Problems of a count that has a least value. */
export function countProblems(count: number, least: number): Problem[] {
  return unless(
    Number.isInteger(count) && count >= least,
    count,
    `this is a whole number of at least ${least}`,
    `set ${least} or more`,
  );
}

/** Problems of a path inside a container. */
export function pathProblems(path: string): Problem[] {
  return unless(
    path.startsWith('/') && !path.includes(':') && !path.split('/').includes('..'),
    path,
    "a path is absolute, without ':' and '..'",
    'write it from the root, for example /data',
  );
}

/** Problems of a list that has a value more than once. */
export function repeatedProblems(values: readonly string[], rule: string, remedy: string): Problem[] {
  return values.flatMap((value, index) => unless(values.indexOf(value) === index, value, rule, remedy));
}
